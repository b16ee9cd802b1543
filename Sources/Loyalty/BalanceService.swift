/// What a user has, and spending it.
package struct BalanceService {
    private let repository: any Repository
    private let clock: WallClock

    package init(repository: any Repository, clock: @escaping WallClock) {
        self.repository = repository
        self.clock = clock
    }

    package func balance(of user: UserID) throws(LoyaltyError) -> Balance {
        try repository.balance(of: user)
    }

    /// Newest first.
    package func withdrawals(of user: UserID) throws(LoyaltyError) -> [Withdrawal] {
        try repository.withdrawals(of: user)
    }

    /// Spends points on an order, once however often it is asked. Throws ``LoyaltyError/orderNumberInvalid(_:)``,
    /// ``LoyaltyError/sumInvalid(_:)``, ``LoyaltyError/notEnoughPoints`` or ``LoyaltyError/withdrawalConflict``.
    package func withdraw(
        _ sum: Points, for order: some Sequence<UInt8>, by user: UserID
    ) async throws(LoyaltyError) {
        let number: OrderNumber
        do {
            number = try OrderNumber(parsing: order)
        } catch {
            throw .orderNumberInvalid(error)
        }
        guard sum > .zero else { throw .sumInvalid("The sum is not above zero.") }
        switch try await repository.withdraw(sum, for: number, of: user, at: clock()) {
        case .withdrawn, .repeated: return
        case .notEnoughPoints: throw .notEnoughPoints
        case .conflict: throw .withdrawalConflict
        }
    }
}
