import Eventual
import Loyalty
import Storage

/// A repository of the built-in accrual system whose reads have to be waited for; as ``LateRepository``.
final class LateRewardRepository: RewardRepository {
    private let repository: any RewardRepository

    init(_ repository: any RewardRepository) {
        self.repository = repository
    }

    var rulesRevision: Revision? { repository.rulesRevision }

    func endBatch() { repository.endBatch() }

    func close() { repository.close() }

    func rules() throws(LoyaltyError) -> Eventual<[RewardRule], LoyaltyError> { try repository.rules().late }

    func earned(by order: OrderNumber) throws(LoyaltyError) -> Eventual<Points?, LoyaltyError> {
        try repository.earned(by: order).late
    }

    func addRule(_ rule: RewardRule) async throws(LoyaltyError) -> RuleAddition { try await repository.addRule(rule) }

    func removeRule(matching match: String) async throws(LoyaltyError) -> Bool {
        try await repository.removeRule(matching: match)
    }

    func addReceipt(
        of order: OrderNumber, earning points: Points, at now: Timestamp, willAppear: @escaping @Sendable () -> Void
    ) async throws(LoyaltyError) -> Bool {
        try await repository.addReceipt(of: order, earning: points, at: now, willAppear: willAppear)
    }
}
