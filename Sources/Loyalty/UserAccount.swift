/// A user as the owner sees them.
package struct UserAccount: Equatable, Sendable {
    /// Raw values are stored in the database.
    package enum State: Int64, Sendable, CaseIterable {
        case active = 0
        /// Can't sign in.
        case disabled = 1
        /// Has no login any more; orders and ledger stay.
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

/// Who made an entry of the ledger by hand, and why.
package struct LedgerNote: Equatable, Sendable {
    package static let reasonBytesMax = 1000

    /// The system's name of whoever asked.
    package let author: String
    /// May be empty where no reason was asked for.
    package let reason: String

    package init(author: String, reason: String) {
        precondition(!author.isEmpty, "somebody made it")
        self.author = author
        self.reason = reason
    }
}

/// What became of a change that the owner wanted of a user.
package enum UserChange: Equatable, Sendable {
    case changed
    /// It was so already.
    case unchanged
    case noSuchUser
}

/// What became of points that the owner gave or took.
package enum AdjustmentOutcome: Equatable, Sendable {
    /// With the balance afterwards.
    case adjusted(Balance)
    case noSuchUser
    /// They would go below zero; with what the user has.
    case notEnoughPoints(Points)
    /// More points than fit an account.
    case tooManyPoints
}

/// What became of a refund.
package enum RefundOutcome: Equatable, Sendable {
    /// With what was given back, and the balance afterwards.
    case refunded(Points, Balance)
    case refundedBefore
    case noSuchWithdrawal
}
