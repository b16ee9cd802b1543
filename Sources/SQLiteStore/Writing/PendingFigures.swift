import Loyalty
import SQLite

/// The figures that the operations of one transaction add, by quarter of an hour. The writer stores them right before
/// the commit, with one statement for all of its operations, and forgets them if the transaction is rolled back. It is
/// confined to the writer's thread.
final class PendingFigures {
    private struct Quarter {
        let number: Int64
        var customers: Int64 = 0
        var orders: Int64 = 0
        var granted: Int64 = 0
        var spent: Int64 = 0
        var returned: Int64 = 0
        var refunded: Int64 = 0
        var given: Int64 = 0
        var taken: Int64 = 0
    }

    /// The operations of a transaction have nearly the same time, so that there is one quarter, or two.
    private var quarters: [Quarter] = []

    func removeAll() {
        quarters.removeAll(keepingCapacity: true)
    }

    func noteCustomer(at now: Timestamp) {
        add(at: now) { $0.customers += 1 }
    }

    func noteOrder(at now: Timestamp) {
        add(at: now) { $0.orders += 1 }
    }

    /// - Parameter amount: in hundredths, as the ledger has it.
    func noteEntry(_ kind: LedgerEntry.Kind, amount: Int64, at now: Timestamp) {
        add(at: now) { quarter in
            switch kind {
            case .accrual: Self.add(amount, to: &quarter.granted)
            case .withdrawal: Self.add(amount, to: &quarter.spent)
            case .returned: Self.add(amount, to: &quarter.returned)
            case .refund: Self.add(amount, to: &quarter.refunded)
            case .adjustment where amount > 0: Self.add(amount, to: &quarter.given)
            case .adjustment: Self.add(amount, to: &quarter.taken)
            case .other: break
            }
        }
    }

    private func add(at now: Timestamp, _ change: (inout Quarter) -> Void) {
        let number = now.milliseconds / Figures.quarterMilliseconds
        if quarters.last?.number != number, let index = quarters.firstIndex(where: { $0.number == number }) {
            return change(&quarters[index])
        }
        if quarters.last?.number != number { quarters.append(Quarter(number: number)) }
        change(&quarters[quarters.count - 1])
    }

    /// Adds the size of an amount. A sum that leaves 64 bits stays at the greatest integer.
    private static func add(_ amount: Int64, to sum: inout Int64) {
        let (total, overflow) = sum.addingReportingOverflow(Int64(clamping: amount.magnitude))
        sum = overflow ? .max : total
    }

    /// Adds the figures to those of the table.
    func store(in database: Database) throws(SQLiteError) {
        for quarter in quarters {
            try database.run(
                """
                INSERT INTO figures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET customers = customers + excluded.customers, orders = orders + excluded.orders,
                    granted = CAST(granted + excluded.granted AS INTEGER),
                    spent = CAST(spent + excluded.spent AS INTEGER),
                    returned = CAST(returned + excluded.returned AS INTEGER),
                    refunded = CAST(refunded + excluded.refunded AS INTEGER),
                    given = CAST(given + excluded.given AS INTEGER), taken = CAST(taken + excluded.taken AS INTEGER)
                """, quarter.number, quarter.customers, quarter.orders, quarter.granted, quarter.spent,
                quarter.returned, quarter.refunded, quarter.given, quarter.taken)
        }
    }
}
