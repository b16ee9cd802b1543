import Eventual
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
    /// The rules, with the revision at which they were read; `nil` if that was not known. They are read again after a
    /// change.
    private var index: (rules: RuleIndex, revision: Revision?)?
    /// The document that was written last, and its rules.
    private var document: (bytes: [UInt8], rules: [RewardRule])?

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
    package func document(
        _ write: @escaping ([RewardRule]) -> [UInt8]
    ) throws(LoyaltyError) -> Eventual<[UInt8], LoyaltyError> {
        try index(at: repository.rulesRevision).map { [self] index in
            // The array is usually the same one, whose comparison takes no time.
            if let document, document.rules == index.rules { return document.bytes }
            let written = write(index.rules)
            document = (written, index.rules)
            return written
        }
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
    package func earnings(of receipt: Receipt) throws(LoyaltyError) -> Eventual<Points, LoyaltyError> {
        try index(at: repository.rulesRevision).map { index throws(LoyaltyError) in
            guard let points = Earnings.sum(of: receipt.goods, by: index) else {
                throw .malformed("The order earns more than \(Receipt.earnedMax) points.")
            }
            return points
        }
    }

    /// Returns all rules, the oldest first.
    package func rules() throws(LoyaltyError) -> Eventual<[RewardRule], LoyaltyError> {
        try index(at: repository.rulesRevision).map { $0.rules }
    }

    /// Returns the points that goods would earn by the current rules. Throws ``LoyaltyError/malformed(_:)`` if they
    /// exceed ``Receipt/earnedMax``.
    package func preview(of goods: [Good]) throws(LoyaltyError) -> Eventual<ReceiptPreview, LoyaltyError> {
        try index(at: repository.rulesRevision).map { index throws(LoyaltyError) in
            guard let preview = ReceiptPreview(of: goods, by: index) else {
                throw .malformed("The order earns more than \(Receipt.earnedMax) points.")
            }
            return preview
        }
    }

    /// Stores a receipt. Returns false if the order already has one.
    package func accept(_ order: OrderNumber, earning points: Points) async throws(LoyaltyError) -> Bool {
        try await repository.addReceipt(of: order, earning: points, at: clock()) { [recents, monotonicClock] in
            recents.note(order, now: monotonicClock())
        }
    }

    /// Returns the status of an order's receipt, or `nil` if there is no receipt.
    package func status(of order: OrderNumber) throws(LoyaltyError) -> Eventual<ReceiptStatus?, LoyaltyError> {
        let earned = try repository.earned(by: order)
        if case .now(let points) = earned { return .now(status(of: order, earned: points)) }
        return try earned.map { [self] points in status(of: order, earned: points) }
    }

    private func status(of order: OrderNumber, earned points: Points?) -> ReceiptStatus? {
        points.map { recents.status(of: order, earned: $0, now: monotonicClock()) }
    }

    /// The rules at a revision, or at a later one.
    private func index(at revision: Revision?) throws(LoyaltyError) -> Eventual<RuleIndex, LoyaltyError> {
        if let revision, let index, index.revision == revision { return .now(index.rules) }
        return try repository.rules().map { [self] rules in
            // A store that keeps its rules returns the same array, whose comparison then takes no time.
            if let index, index.rules.rules == rules {
                self.index = (index.rules, revision)
                return index.rules
            }
            let rules = RuleIndex(rules)
            index = (rules, revision)
            return rules
        }
    }
}
