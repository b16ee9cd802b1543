import Changes
import Loyalty
import Synchronization

/// What the event loops share to tell users of their changes: where these are found, and how many listen.
package final class EventHub: Sendable {
    package struct Limits: Sendable {
        /// A client that hears nothing for so long has lost its connection.
        package var heartbeatMilliseconds = 15_000
        /// Streams in all. By default fewer than connections, so that some are left for requests.
        package var streamsMax = 12_288
        package var streamsPerUserMax = 16

        package init() {}
    }

    enum Admission {
        case admitted
        case tooManyOfUser
        case tooManyInAll
    }

    private struct Counts {
        var total = 0
        var byUser: [UserID: Int] = [:]
    }

    let changeLog: ChangeLog
    let limits: Limits
    private let counts = Mutex(Counts())

    package init(changeLog: ChangeLog, limits: Limits = Limits()) {
        self.changeLog = changeLog
        self.limits = limits
    }

    /// Streams that are open now.
    package var streamCount: Int { counts.withLock { $0.total } }

    /// Counts one more stream of a user, where there is room, until it is released.
    func admit(_ user: UserID) -> Admission {
        counts.withLock { counts in
            let ofUser = counts.byUser[user, default: 0]
            guard ofUser < limits.streamsPerUserMax else { return .tooManyOfUser }
            guard counts.total < limits.streamsMax else { return .tooManyInAll }
            counts.total += 1
            counts.byUser[user] = ofUser + 1
            return .admitted
        }
    }

    func release(_ user: UserID) {
        counts.withLock { counts in
            guard let ofUser = counts.byUser[user] else { preconditionFailure("only what was admitted is released") }
            counts.total -= 1
            counts.byUser[user] = ofUser > 1 ? ofUser - 1 : nil
        }
    }
}
