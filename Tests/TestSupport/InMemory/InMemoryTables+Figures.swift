import Loyalty

extension InMemoryTables {
    /// The figures of a span, counted anew from everything that there is.
    func figures(from begin: Timestamp, to end: Timestamp) -> Figures {
        let quarter = { (time: Timestamp) in time.milliseconds / Figures.quarterMilliseconds }
        func isWithin(_ time: Timestamp) -> Bool { quarter(time) >= quarter(begin) && quarter(time) < quarter(end) }
        var figures = Figures()
        figures.customers = Int64(users.count { isWithin($0.createdAt) })
        figures.orders = Int64(uploads.count { isWithin($0.order.uploadedAt) })
        func sum(_ kind: LedgerEntry.Kind, _ isCounted: (Int64) -> Bool) -> Int128 {
            let amounts = entries.filter { $0.entry.entry.kind == kind && isWithin($0.entry.entry.at) }
                .map(\.entry.entry.points.hundredths).filter(isCounted)
            return amounts.reduce(0) { $0 + Int128($1.magnitude) }
        }
        figures.granted = sum(.accrual) { _ in true }
        figures.spent = sum(.withdrawal) { _ in true }
        figures.returned = sum(.returned) { _ in true }
        figures.refunded = sum(.refund) { _ in true }
        figures.given = sum(.adjustment) { $0 > 0 }
        figures.taken = sum(.adjustment) { $0 < 0 }
        let outstanding = entries.filter { quarter($0.entry.entry.at) < quarter(end) }
        figures.outstanding = outstanding.reduce(0) { $0 + Int128($1.entry.entry.points.hundredths) }
        return figures
    }
}
