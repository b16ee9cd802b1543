import Loyalty

/// A change that a commit made for a user, with the state right after it: an order with its new status, or the new
/// balance.
package struct AccountChange: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        case order(Order)
        case balance(Balance)
    }

    package let user: UserID
    package let kind: Kind

    package init(_ kind: Kind, of user: UserID) {
        self.kind = kind
        self.user = user
    }
}

/// Identifies a change among all changes of all users. Ids grow with each change, and across restarts.
package struct ChangeID: Hashable, Comparable, Sendable {
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    package static func < (left: ChangeID, right: ChangeID) -> Bool {
        left.rawValue < right.rawValue
    }
}
