import Changes
import Eventual
import Loyalty
import Synchronization

/// A feed whose reads of a user's changes have to be waited for, as those of a store that asks a server.
final class LateFeed: ChangeFeed, @unchecked Sendable {
    // Safe: a test sets its properties before the task that reads.

    private let log: ChangeLog
    /// Runs while a stream waits for the changes that were read.
    var whileWaiting: () -> Void = {}
    /// The error of each read, after waiting for it; `nil` if reads succeed.
    var failure: LoyaltyError?

    init(_ log: ChangeLog) {
        self.log = log
    }

    var end: ChangePosition { log.end }

    func subscribe(_ wake: @escaping @Sendable () -> Void) -> (ChangeSubscription, ChangePosition) {
        log.subscribe(wake)
    }

    func unsubscribe(_ subscription: ChangeSubscription) { log.unsubscribe(subscription) }

    func changes(after id: ChangeID, limit: Int) -> [LoggedChange]? { log.changes(after: id, limit: limit) }

    func changes(of user: UserID, after id: ChangeID, limit: Int) -> Eventual<UserChanges?, LoyaltyError> {
        .later { () async throws(LoyaltyError) in
            let found = try await self.log.changes(of: user, after: id, limit: limit).get()
            self.whileWaiting()
            await Task.yield()
            if let failure = self.failure { throw failure }
            return found
        }
    }

    func sessionEnds(after count: Int) -> [UserID]? { log.sessionEnds(after: count) }
}
