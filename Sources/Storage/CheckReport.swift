/// The result of checking a store as a whole.
package struct CheckReport: Equatable, Sendable {
    /// The result of one rule.
    package struct Finding: Equatable, Sendable {
        /// The rule, as a sentence.
        package let rule: String
        /// The violations: how many there are, or the engine's own words. Empty if the rule holds.
        package let faults: [String]

        package init(rule: String, faults: [String]) {
            self.rule = rule
            self.faults = faults
        }
    }

    package struct Counts: Equatable, Sendable {
        package let users: Int64
        package let orders: Int64
        package let withdrawals: Int64
        package let ledgerEntries: Int64
        package let receipts: Int64

        package init(users: Int64, orders: Int64, withdrawals: Int64, ledgerEntries: Int64, receipts: Int64) {
            self.users = users
            self.orders = orders
            self.withdrawals = withdrawals
            self.ledgerEntries = ledgerEntries
            self.receipts = receipts
        }

        /// The counts of a store whose tables are not Martlet's.
        package static let none = Counts(users: 0, orders: 0, withdrawals: 0, ledgerEntries: 0, receipts: 0)
    }

    package let counts: Counts
    package let findings: [Finding]

    package init(counts: Counts, findings: [Finding]) {
        self.counts = counts
        self.findings = findings
    }

    /// True if every rule holds.
    package var isPassed: Bool { findings.allSatisfy(\.faults.isEmpty) }
}
