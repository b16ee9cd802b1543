import Loyalty
import Storage

/// The built-in accrual system of one event loop: rules, receipts, and what they earned.
///
/// A receipt earns by the rules of the moment at which it is accepted, and that sum is stored with it: it is the same
/// whoever asks and when, whatever becomes of the rules.
package final class AccrualService {
    private let repository: any RewardRepository
    private let recents: RecentReceipts
    private let clock: WallClock
    private let monotonicClock: @Sendable () -> Int64
    /// The rules, for as long as nobody changes them.
    private var index: (rules: RuleIndex, version: ReadVersion)?
    private var document: [UInt8]?

    /// `recents` is shared by all who ask about the receipts of a database; `monotonicClock` tells milliseconds.
    package init(
        repository: any RewardRepository, recents: RecentReceipts, clock: @escaping WallClock,
        monotonicClock: @escaping @Sendable () -> Int64
    ) {
        self.repository = repository
        self.recents = recents
        self.clock = clock
        self.monotonicClock = monotonicClock
    }

    /// The rules as a document, which is written once and kept until one changes: they may be a megabyte.
    ///
    /// - Parameter write: gets the rules, the oldest first; the same at each call.
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

    /// False where there is none.
    package func removeRule(matching match: String) async throws(LoyaltyError) -> Bool {
        try await repository.removeRule(matching: match)
    }

    /// What a receipt earns by the rules as they are. Throws ``LoyaltyError/malformed(_:)`` where that can't be.
    package func earnings(of receipt: Receipt) throws(LoyaltyError) -> Points {
        guard let points = Earnings.sum(of: receipt.goods, by: try currentIndex()) else {
            throw .malformed("The order earns more than \(Receipt.earnedMax) points.")
        }
        return points
    }

    /// Stores a receipt; false where the order has one.
    package func accept(_ order: OrderNumber, earning points: Points) async throws(LoyaltyError) -> Bool {
        try await repository.addReceipt(of: order, earning: points, at: clock()) { [recents, monotonicClock] in
            recents.note(order, now: monotonicClock())
        }
    }

    /// Nil where nobody sent a receipt.
    package func status(of order: OrderNumber) throws(LoyaltyError) -> ReceiptStatus? {
        try repository.earned(by: order).map { recents.status(of: order, earned: $0, now: monotonicClock()) }
    }

    private func currentIndex() throws(LoyaltyError) -> RuleIndex {
        if let index, repository.rulesAreCurrent(index.version) { return index.rules }
        let version = repository.version
        let rules = RuleIndex(try repository.rules())
        (index, document) = ((rules, version), nil)
        return rules
    }
}
