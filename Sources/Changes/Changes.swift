import Loyalty

// Every commit touches users, and changes what they see. It leaves two traces, both of which are there before the
// commit is acknowledged, so that a client that has its answer finds its change in both:
//
// 1. **Whom it touched.** The store gives each user a version, the last commit that touched anything of theirs. Caches
//    ask for it: an answer that was read at the user's current version is still right, and can be given again without a
//    read (``Storage/Revision``).
// 2. **What they are to be told.** A ``Change`` says what is new for a user: the new status of an order, or the new
//    balance. Streams of events read changes from the store's ``ChangeFeed``, which also names the users whose sessions
//    were ended early, because a stream must end with its session.

/// A change that a commit made for a user, with the state right after it: an order with its new status, or the new
/// balance.
package struct Change: Equatable, Sendable {
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
