import Loyalty

extension SQLSession {
    /// The figures of the spans between consecutive times.
    ///
    /// - Parameter bounds: at least two, growing; each is rounded down to a quarter of an hour.
    package func figures(between bounds: [Timestamp]) throws(Failure) -> [Figures] {
        let quarters = bounds.map { $0.milliseconds / Figures.quarterMilliseconds }
        guard let begin = quarters.first, let end = quarters.last else {
            preconditionFailure("quarters must not be empty")
        }
        var span = 0
        var sums = [FigureSums](repeating: FigureSums(), count: quarters.count - 1)
        try each(from: begin, to: end) { row in
            let quarter = row.integer(0)
            while quarters[span + 1] <= quarter { span += 1 }
            sums[span].add(row)
        }
        let earlier = try outstanding(before: begin)
        var total = earlier.hundredths
        if earlier.isCapped || sums.contains(where: \.isCapped) {
            total = try takePointsOfLedger(between: quarters, into: &sums)
        }
        return sums.map { sum in
            total += sum.gained
            return sum.figures(outstanding: total)
        }
    }

    private func each(
        from begin: Int64, to end: Int64, _ body: (SQLRow) -> Void
    ) throws(Failure) {
        _ = try all(
            """
            SELECT quarter, customers, orders, granted, spent, returned, refunded, given, taken FROM figures
            WHERE quarter >= ? AND quarter < ? ORDER BY quarter
            """, begin, end, read: body)
    }

    /// The points, in hundredths, that all customers had before a quarter. The sums are taken in two halves, because
    /// SQLite's `sum` fails if a total leaves 64 bits (sqlite.org/lang_aggfunc.html#sumunc).
    ///
    /// - Returns: also true if a quarter has a sum that stays at the greatest integer, so that there are other points.
    private func outstanding(before quarter: Int64) throws(Failure) -> (hundredths: Int128, isCapped: Bool) {
        let sums = try first(
            """
            SELECT CAST(sum(granted / 1000000 + refunded / 1000000 + given / 1000000
                    - spent / 1000000 - returned / 1000000 - taken / 1000000) AS BIGINT),
                CAST(sum(granted % 1000000 + refunded % 1000000 + given % 1000000
                    - spent % 1000000 - returned % 1000000 - taken % 1000000) AS BIGINT),
                CAST(sum(CASE WHEN 9223372036854775807 IN (granted, spent, returned, refunded, given, taken)
                    THEN 1 ELSE 0 END) AS BIGINT)
            FROM figures WHERE quarter < ?
            """, quarter
        ) { row in
            (
                hundredths: Int128(row.integer(0)) * 1_000_000 + Int128(row.integer(1)),
                isCapped: row.integer(2) > 0
            )
        }
        return sums ?? (hundredths: 0, isCapped: false)
    }

    /// Replaces the points of spans by those of the ledger, all of which it reads.
    ///
    /// - Parameter quarters: the bounds of the spans.
    /// - Returns: the points, in hundredths, that all customers had before the first span.
    private func takePointsOfLedger(
        between quarters: [Int64], into sums: inout [FigureSums]
    ) throws(Failure) -> Int128 {
        let totals = try all(
            """
            SELECT created_at / 900000, kind, CAST(sum(amount / 1000000) AS BIGINT),
                CAST(sum(amount % 1000000) AS BIGINT)
            FROM ledger WHERE created_at / 900000 < ? GROUP BY created_at / 900000, kind, amount > 0 ORDER BY 1
            """, quarters[quarters.count - 1]
        ) { row in (row.integer(0), row.integer(1), Int128(row.integer(2)) * 1_000_000 + Int128(row.integer(3))) }
        for index in sums.indices { sums[index].removePoints() }
        var (before, span) = (Int128(0), 0)
        for (quarter, kind, total) in totals {
            guard quarter >= quarters[0] else {
                before += total
                continue
            }
            while quarters[span + 1] <= quarter { span += 1 }
            sums[span].add(total, of: LedgerEntry.Kind(rawValue: kind) ?? .other)
        }
        return before
    }
}

/// The sums of a span, with room for each total.
private struct FigureSums {
    private var customers: Int64 = 0
    private var orders: Int64 = 0
    /// In hundredths of a point: granted, spent, returned, refunded, given, taken.
    private var points = FigureSums.noPoints
    /// True if a quarter has a sum that stays at the greatest integer.
    private(set) var isCapped = false

    private static let noPoints = [Int128](repeating: 0, count: 6)

    /// - Parameter row: a row of the table, with its columns in their order.
    mutating func add(_ row: SQLRow) {
        customers = Self.sum(customers, row.integer(1))
        orders = Self.sum(orders, row.integer(2))
        for index in points.indices {
            let hundredths = row.integer(3 + index)
            points[index] += Int128(hundredths)
            if hundredths == .max { isCapped = true }
        }
    }

    mutating func removePoints() {
        points = FigureSums.noPoints
    }

    /// - Parameter total: the sum of entries of one kind and sign, in hundredths.
    mutating func add(_ total: Int128, of kind: LedgerEntry.Kind) {
        switch kind {
        case .accrual: points[0] += total
        case .withdrawal: points[1] -= total
        case .returned: points[2] -= total
        case .refund: points[3] += total
        case .adjustment where total > 0: points[4] += total
        case .adjustment: points[5] -= total
        case .other: break
        }
    }

    /// The points that customers gained, less those that they lost.
    var gained: Int128 { points[0] - points[1] - points[2] + points[3] + points[4] - points[5] }

    func figures(outstanding: Int128) -> Figures {
        var figures = Figures()
        (figures.customers, figures.orders) = (customers, orders)
        // A negative sum is that of a file that does not pass its check.
        let points = points.map { max(0, $0) }
        (figures.granted, figures.spent, figures.returned) = (points[0], points[1], points[2])
        (figures.refunded, figures.given, figures.taken) = (points[3], points[4], points[5])
        figures.outstanding = max(0, outstanding)
        return figures
    }

    private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}
