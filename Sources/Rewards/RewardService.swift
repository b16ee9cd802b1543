import Loyalty
import Storage

/// The built-in accrual system of one event loop: reward rules, receipts, and the points that they earned.
///
/// A receipt earns by the rules in force when it is accepted. The sum is stored with the receipt, so every later answer
/// is the same, whatever happens to the rules.
package final class RewardService {
    private let repository: any RewardRepository
    private let recents: RecentReceipts
    private let clock: WallClock
    private let monotonicClock: MonotonicClock
    /// The rules, with the version at which they were read. They are read again after a change.
    private var index: (rules: RuleIndex, revision: Revision)?
    private var document: [UInt8]?

    /// - Parameters:
    ///   - recents: Shared by everything that answers about the receipts of one database.
    ///   - monotonicClock: A clock in milliseconds that never steps back.
    package init(
        repository: any RewardRepository, recents: RecentReceipts, clock: @escaping WallClock,
        monotonicClock: @escaping MonotonicClock
    ) {
        self.repository = repository
        self.recents = recents
        self.clock = clock
        self.monotonicClock = monotonicClock
    }

    /// Returns the rules as a document. It is written once and kept until a rule changes, because it may be a megabyte.
    ///
    /// - Parameter write: Makes the document from the rules, the oldest first. It must return the same bytes for the
    ///   same rules.
    package func document(_ write: ([RewardRule]) -> [UInt8]) throws(LoyaltyError) -> [UInt8] {
        let rules = try currentIndex().rules
        if let document { return document }
        let written = write(rules)
        document = written
        return written
    }

    package func add(_ rule: RewardRule) async throws(LoyaltyError) -> RuleAddition {
        try await repository.addRule(rule)
    }

    /// Removes the rule with this match. Returns false if there is none.
    package func removeRule(matching match: String) async throws(LoyaltyError) -> Bool {
        try await repository.removeRule(matching: match)
    }

    /// Returns the points that a receipt earns by the current rules. Throws ``LoyaltyError/malformed(_:)`` if they
    /// exceed ``Receipt/earnedMax``.
    package func earnings(of receipt: Receipt) throws(LoyaltyError) -> Points {
        guard let points = Earnings.sum(of: receipt.goods, by: try currentIndex()) else {
            throw .malformed("The order earns more than \(Receipt.earnedMax) points.")
        }
        return points
    }

    /// Stores a receipt. Returns false if the order already has one.
    package func accept(_ order: OrderNumber, earning points: Points) async throws(LoyaltyError) -> Bool {
        try await repository.addReceipt(of: order, earning: points, at: clock()) { [recents, monotonicClock] in
            recents.note(order, now: monotonicClock())
        }
    }

    /// Returns the status of an order's receipt, or `nil` if there is no receipt.
    package func status(of order: OrderNumber) throws(LoyaltyError) -> ReceiptStatus? {
        try repository.earned(by: order).map { recents.status(of: order, earned: $0, now: monotonicClock()) }
    }

    private func currentIndex() throws(LoyaltyError) -> RuleIndex {
        let revision = repository.rulesRevision
        if let index, index.revision == revision { return index.rules }
        let rules = RuleIndex(try repository.rules())
        (index, document) = (revision.map { (rules, $0) }, nil)
        return rules
    }
}
