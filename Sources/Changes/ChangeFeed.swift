import Eventual
import Loyalty

/// The changes that were committed for users, as the streams of events read them.
///
/// Every event loop with listeners follows the changes of all users, and hands each change to the streams of its user.
/// A stream that reads slowly, or whose client reconnects with the id of the last change it has seen, reads the changes
/// of its user from its own position. These are two kinds of reads, with different needs:
///
/// 1. **Following.** A feed wakes a loop when there is something new *in this process*: ``end``,
///    ``changes(after:limit:)`` and ``sessionEnds(after:)`` read memory, on the loop's thread, and don't wait. A feed
///    of a store in the network receives what is new before it wakes.
/// 2. **Reading on.** ``changes(of:after:limit:)`` may go back further than the memory of a process does, so its result
///    may have to be waited for.
///
/// The changes of a user have the order of the commits that made them. A change is in the feed once every reader can
/// see it in the store, and its id is above those of all changes that were in the feed before.
package protocol ChangeFeed: Sendable {
    /// The position after everything that is in the feed.
    var end: ChangePosition { get }

    /// Calls `wake` each time that something was added to the feed, on any thread, until ``unsubscribe(_:)``. The call
    /// comes after the addition, so that a read that follows it finds what was added.
    ///
    /// - Returns: The subscription, and the position from which the subscriber will be woken: everything after it is
    ///   announced.
    func subscribe(_ wake: @escaping @Sendable () -> Void) -> (ChangeSubscription, ChangePosition)

    func unsubscribe(_ subscription: ChangeSubscription)

    /// Returns at most `limit` changes of all users after `id`, oldest first. Returns `nil` if the feed no longer holds
    /// everything after `id`, or if the id is above its last one.
    ///
    /// - Parameters:
    ///   - id: a position, perhaps of another process or invented. It need not be the id of a change.
    ///   - limit: above zero.
    func changes(after id: ChangeID, limit: Int) -> [LoggedChange]?

    /// Returns a user's changes after `id`, oldest first, with all that were in the feed before the call. Returns `nil`
    /// in the cases of ``changes(after:limit:)``: the client then has to read everything again.
    ///
    /// - Parameter limit: the most changes to return; above zero.
    /// - Throws: As a read of a repository does.
    func changes(
        of user: UserID, after id: ChangeID, limit: Int
    ) throws(LoyaltyError) -> Eventual<UserChanges?, LoyaltyError>

    /// Returns the users of the session ends after the first `count`, or `nil` if the feed no longer holds all of them.
    func sessionEnds(after count: Int) -> [UserID]?
}

/// A change in a feed, under its id.
package struct LoggedChange: Equatable, Sendable {
    package let id: ChangeID
    package let change: Change

    package init(id: ChangeID, change: Change) {
        (self.id, self.change) = (id, change)
    }
}

/// A position in a feed of a reader that follows all users.
package struct ChangePosition: Equatable, Sendable {
    /// The last change before the position.
    package var change: ChangeID
    /// The number of session ends before the position.
    package var sessionEnds: Int

    package init(change: ChangeID, sessionEnds: Int) {
        self.change = change
        self.sessionEnds = sessionEnds
    }
}

/// Identifies a subscriber of a feed.
package struct ChangeSubscription: Hashable, Sendable {
    private let number: Int

    /// - Parameter number: a number that no other subscriber of the feed has.
    package init(number: Int) {
        self.number = number
    }
}

/// Some of a user's changes, oldest first.
package struct UserChanges: Equatable, Sendable {
    package let changes: [LoggedChange]
    /// The position up to which these are all of the user's changes.
    package let upTo: ChangeID
    /// True if that was the end of the feed.
    package let isWhole: Bool

    package init(_ changes: [LoggedChange], upTo: ChangeID, isWhole: Bool) {
        (self.changes, self.upTo, self.isWhole) = (changes, upTo, isWhole)
    }
}
