/// A user's account, as the owner and the staff see it.
package struct UserAccount: Equatable, Sendable {
    /// Raw values are stored in the database.
    package enum State: Int64, Sendable, CaseIterable {
        case active = 0
        /// The user can't sign in.
        case disabled = 1
        /// The login is free again; orders and ledger stay.
        case deleted = 2
    }

    package let id: UserID
    package let login: String
    package let state: State
    package let balance: Balance
    package let createdAt: Timestamp

    package init(id: UserID, login: String, state: State, balance: Balance, createdAt: Timestamp) {
        self.id = id
        self.login = login
        self.state = state
        self.balance = balance
        self.createdAt = createdAt
    }
}

extension UserAccount.State: CustomStringConvertible {
    package var description: String {
        switch self {
        case .active: "active"
        case .disabled: "disabled"
        case .deleted: "deleted"
        }
    }
}

/// The author of, and the reason for, a manual ledger entry.
package struct LedgerNote: Equatable, Sendable {
    package static let reasonBytesMax = 1000

    /// The name of the actor: an account of the system, of the staff or of an API key.
    package let author: String
    /// Empty if none was given.
    package let reason: String

    package init(author: String, reason: String) {
        precondition(!author.isEmpty, "author must not be empty")
        self.author = author
        self.reason = reason
    }
}
