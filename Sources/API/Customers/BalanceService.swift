import Loyalty
import Storage

/// Reads a user's balance and its history, and spends points.
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

    /// Newest first; see ``Repository/withdrawals(of:from:limit:)``.
    package func withdrawals(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Page<Withdrawal> {
        try repository.withdrawals(of: user, from: cursor, limit: limit)
    }

    /// Newest first; see ``Repository/ledger(of:from:limit:)``.
    package func ledger(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Page<LedgerEntry> {
        try repository.ledger(of: user, from: cursor, limit: limit)
    }

    /// Parses the number of an order that points are to be spent on. Throws ``LoyaltyError/orderNumberInvalid(_:)``.
    package static func number(parsing text: some Sequence<UInt8>) throws(LoyaltyError) -> OrderNumber {
        do {
            return try OrderNumber(parsing: text)
        } catch {
            throw .orderNumberInvalid(error)
        }
    }

    /// Spends points on an order. Repeating the same request debits nothing more.
    ///
    /// - Throws: ``LoyaltyError/sumInvalid(_:)``, ``LoyaltyError/notEnoughPoints`` or
    ///   ``LoyaltyError/withdrawalConflict``.
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
