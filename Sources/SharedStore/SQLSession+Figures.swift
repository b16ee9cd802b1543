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
        var total = try outstanding(before: begin)
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
    private func outstanding(before quarter: Int64) throws(Failure) -> Int128 {
        let hundredths = try first(
            """
            SELECT CAST(sum(granted / 1000000 + refunded / 1000000 + given / 1000000
                    - spent / 1000000 - returned / 1000000 - taken / 1000000) AS BIGINT),
                CAST(sum(granted % 1000000 + refunded % 1000000 + given % 1000000
                    - spent % 1000000 - returned % 1000000 - taken % 1000000) AS BIGINT)
            FROM figures WHERE quarter < ?
            """, quarter
        ) { row in Int128(row.integer(0)) * 1_000_000 + Int128(row.integer(1)) }
        return hundredths ?? 0
    }
}

/// The sums of a span, with room for each total.
private struct FigureSums {
    private var customers: Int64 = 0
    private var orders: Int64 = 0
    /// In hundredths of a point: granted, spent, returned, refunded, given, taken.
    private var points = [Int128](repeating: 0, count: 6)

    /// - Parameter row: a row of the table, with its columns in their order.
    mutating func add(_ row: SQLRow) {
        customers = Self.sum(customers, row.integer(1))
        orders = Self.sum(orders, row.integer(2))
        for index in points.indices { points[index] += Int128(row.integer(3 + index)) }
    }

    /// The points that customers gained, less those that they lost.
    var gained: Int128 { points[0] - points[1] - points[2] + points[3] + points[4] - points[5] }

    func figures(outstanding: Int128) -> Figures {
        var figures = Figures()
        (figures.customers, figures.orders) = (customers, orders)
        // Only a store that does not pass its check has a negative sum.
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
