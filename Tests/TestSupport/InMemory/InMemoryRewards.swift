import Eventual
import Loyalty
import Storage

/// The rules and receipts of a store in memory.
package final class InMemoryRewards: RewardRepository {
    private let storage: InMemoryStorage
    /// The error that every call throws; `nil` for none.
    package var failure: LoyaltyError?

    /// The number of reads of all rules.
    package private(set) var readCount = 0
    /// The number of rules and receipts.
    package var changeCount: Int { storage.read { $0.rules.count + $0.receipts.count } }

    package init(_ storage: InMemoryStorage) { self.storage = storage }

    private func throwFailure() throws(LoyaltyError) {
        if let failure { throw failure }
    }

    package func endBatch() {}

    package func close() {}

    package var rulesRevision: Revision? { Revision(rawValue: storage.read { $0.rulesRevision }) }

    package func rules() throws(LoyaltyError) -> Eventual<[RewardRule], LoyaltyError> {
        try throwFailure()
        readCount += 1
        return .now(storage.read { $0.rules })
    }

    package func earned(by order: OrderNumber) throws(LoyaltyError) -> Eventual<Points?, LoyaltyError> {
        try throwFailure()
        return .now(storage.read { $0.receipts[order]?.points })
    }

    package func addRule(_ rule: RewardRule) async throws(LoyaltyError) -> RuleAddition {
        try throwFailure()
        return storage.write { $0.addRule(rule) }
    }

    package func removeRule(matching match: String) async throws(LoyaltyError) -> Bool {
        try throwFailure()
        return storage.write { $0.removeRule(matching: match) }
    }

    package func addReceipt(
        of order: OrderNumber, earning points: Points, at now: Timestamp, willAppear: @escaping @Sendable () -> Void
    ) async throws(LoyaltyError) -> Bool {
        try throwFailure()
        return storage.write { tables in
            guard tables.receipts[order] == nil else { return false }
            willAppear()
            tables.receipts[order] = ReceiptFacts(points: points, acceptedAt: now)
            return true
        }
    }
}
