import Loyalty

/// The figures that the operations of one transaction add, by quarter of an hour. The writer stores them right before
/// the commit, with a statement for each quarter, and forgets them if the transaction is rolled back. It is
/// confined to the writer's thread.
package final class PendingFigures {
    /// The figures of 15 minutes. Points are in hundredths.
    package struct Quarter {
        /// Counts from 1970.
        package let number: Int64
        package fileprivate(set) var customers: Int64 = 0
        package fileprivate(set) var orders: Int64 = 0
        package fileprivate(set) var granted: Int64 = 0
        package fileprivate(set) var spent: Int64 = 0
        package fileprivate(set) var returned: Int64 = 0
        package fileprivate(set) var refunded: Int64 = 0
        package fileprivate(set) var given: Int64 = 0
        package fileprivate(set) var taken: Int64 = 0
    }

    /// The operations of a transaction have nearly the same time, so that there is one quarter, or two.
    package private(set) var quarters: [Quarter] = []

    package init() {}

    package func removeAll() {
        quarters.removeAll(keepingCapacity: true)
    }

    package func noteCustomer(at now: Timestamp) {
        add(at: now) { $0.customers += 1 }
    }

    package func noteOrder(at now: Timestamp) {
        add(at: now) { $0.orders += 1 }
    }

    /// - Parameter amount: in hundredths, as the ledger has it.
    package func noteEntry(_ kind: LedgerEntry.Kind, amount: Int64, at now: Timestamp) {
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
}
