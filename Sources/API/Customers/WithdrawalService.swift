import Loyalty
import Storage

/// Decides on withdrawals: spending points on an order.
package struct WithdrawalService {
    private let repository: any Repository
    private let clock: WallClock

    package init(repository: any Repository, clock: @escaping WallClock) {
        self.repository = repository
        self.clock = clock
    }

    /// The number of an order that points are spent on.
    ///
    /// - Throws: ``Loyalty/LoyaltyError/orderNumberInvalid(_:)``.
    package static func number(parsing text: some Sequence<UInt8>) throws(LoyaltyError) -> OrderNumber {
        do {
            return try OrderNumber(parsing: text)
        } catch {
            throw .orderNumberInvalid(error)
        }
    }

    /// Spends points on an order. A repeated withdrawal of the same sum changes nothing and succeeds.
    ///
    /// - Throws: ``Loyalty/LoyaltyError/sumInvalid(_:)``, ``Loyalty/LoyaltyError/notEnoughPoints``,
    ///   ``Loyalty/LoyaltyError/withdrawalConflict``, or an error of the repository.
    package func withdraw(
        _ sum: Points, for order: OrderNumber, by user: UserID
    ) async throws(LoyaltyError) {
        guard sum > .zero else { throw .sumInvalid("The sum is not above zero.") }
        switch try await repository.withdraw(sum, for: order, of: user, at: clock()) {
        case .withdrawn, .repeated: return
        case .notEnoughPoints: throw .notEnoughPoints
        case .conflict: throw .withdrawalConflict
        }
    }
}
