import Loyalty

/// Something of a user's that a commit has changed, as it was right behind the change: an order's status, or the balance.
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

/// Names a change among all changes of all users; grows with each, also over restarts.
package struct ChangeID: Hashable, Comparable, Sendable {
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    package static func < (left: ChangeID, right: ChangeID) -> Bool {
        left.rawValue < right.rawValue
    }
}
