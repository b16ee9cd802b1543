import Loyalty

/// A part of a shop that moves from one store into another: a line of the file that `martlet export` writes and
/// `martlet import` reads.
package enum ShopRecord: Equatable, Sendable {
    case user(MovedUser)
    case order(MovedOrder)
    case entry(MovedEntry)
}

/// A user, and the sums to which their history has to add up.
package struct MovedUser: Equatable, Sendable {
    /// The name by which the other records of the file refer to the user.
    package var key: String
    /// `nil` for a deleted user, whose orders stay.
    package var login: Login?
    /// `nil` for a deleted user, and for one who can't sign in until they get a new password.
    package var passwordHash: PasswordHash?
    package var state: UserAccount.State
    /// `nil` for the time of the import.
    package var createdAt: Timestamp?
    package var balance: Balance

    package init(
        key: String, login: Login?, passwordHash: PasswordHash?, state: UserAccount.State, createdAt: Timestamp?,
        balance: Balance
    ) {
        (self.key, self.login, self.passwordHash) = (key, login, passwordHash)
        (self.state, self.createdAt, self.balance) = (state, createdAt, balance)
    }
}

/// An order, with the change of the balance that it caused.
package struct MovedOrder: Equatable, Sendable {
    package var user: String
    package var order: Order
    /// The time of the ledger entry, if the order earned something.
    package var creditedAt: Timestamp
    /// The position of that entry in the ledger; `nil` if the time decides.
    package var position: Int64?

    package init(user: String, order: Order, creditedAt: Timestamp, position: Int64?) {
        (self.user, self.order, self.creditedAt, self.position) = (user, order, creditedAt, position)
    }
}

/// A change of a balance that is not an accrual.
package struct MovedEntry: Equatable, Sendable {
    package var user: String
    package var kind: LedgerEntry.Kind
    /// `nil` for an adjustment.
    package var number: OrderNumber?
    /// Negative if points were removed.
    package var points: Points
    package var at: Timestamp
    /// `nil` for a withdrawal of the user's own.
    package var note: LedgerNote?
    /// The position in the ledger; `nil` if the time decides.
    package var position: Int64?

    package init(
        user: String, kind: LedgerEntry.Kind, number: OrderNumber?, points: Points, at: Timestamp, note: LedgerNote?,
        position: Int64?
    ) {
        (self.user, self.kind, self.number, self.points) = (user, kind, number, points)
        (self.at, self.note, self.position) = (at, note, position)
    }
}

/// The numbers of records of a file.
package struct MovedCounts: Equatable, Sendable {
    package var users: Int64 = 0
    package var orders: Int64 = 0
    package var withdrawals: Int64 = 0
    package var adjustments: Int64 = 0
    package var refunds: Int64 = 0
    package var returns: Int64 = 0

    package init() {}

    package mutating func count(_ record: ShopRecord) {
        switch record {
        case .user: users += 1
        case .order: orders += 1
        case .entry(let entry):
            switch entry.kind {
            case .withdrawal: withdrawals += 1
            case .refund: refunds += 1
            case .returned: returns += 1
            default: adjustments += 1
            }
        }
    }
}
