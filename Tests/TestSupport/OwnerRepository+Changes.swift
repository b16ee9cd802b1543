import Loyalty
import Storage

/// Changes by an account of the operating system, in the words in which tests compare their results.
extension OwnerRepository {
    package func addUser(_ login: Login, passwordHash: PasswordHash) throws(StoreError) -> UserID? {
        guard case .customer(let account, _) = try apply(.addCustomer(login, passwordHash), by: Actor(system: "root"))
        else { return nil }
        return account.id
    }

    package func setPassword(_ hash: PasswordHash, of user: UserSelector) throws(StoreError) -> UserChangeResult {
        try change(.setCustomerPassword(user, hash))
    }

    package func setEnabled(_ isEnabled: Bool, _ user: UserSelector) throws(StoreError) -> UserChangeResult {
        try change(.setCustomerEnabled(user, isEnabled))
    }

    package func deleteUser(_ user: UserSelector) throws(StoreError) -> UserChangeResult {
        try change(.deleteCustomer(user))
    }

    private func change(_ change: ShopChange) throws(StoreError) -> UserChangeResult {
        guard case .customer(let account, let isChanged) = try apply(change, by: Actor(system: "root")) else {
            return .noSuchUser
        }
        return isChanged ? .changed(login: account.login) : .unchanged(login: account.login)
    }

    package func adjust(
        _ user: UserSelector, by points: Points, note: LedgerNote
    ) throws(StoreError) -> AdjustmentResult {
        switch try apply(.adjust(user, points, reason: note.reason), by: Actor(system: note.author)) {
        case .customer(let account, _): .adjusted(login: account.login, account.balance)
        case .refused(.notEnoughPoints(let account)):
            .notEnoughPoints(login: account.login, account.balance.current)
        case .refused(.tooManyPoints): .tooManyPoints
        default: .noSuchUser
        }
    }

    package func refund(_ order: OrderNumber, note: LedgerNote) throws(StoreError) -> RefundResult {
        switch try apply(.refund(order, reason: note.reason), by: Actor(system: note.author)) {
        case .refunded(let points, let account): .refunded(points, account.balance)
        case .refused(.refundedBefore): .refundedBefore
        default: .noSuchWithdrawal
        }
    }
}
