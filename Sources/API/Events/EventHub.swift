import Changes
import Loyalty
import Synchronization

/// The part of sending events that all event loops share: the feed of changes, and the number of open streams.
package final class EventHub: Sendable {
    package struct Limits: Sendable {
        /// The time between two heartbeats. A client that receives nothing for longer has lost its connection.
        package var heartbeatMilliseconds = 15_000
        /// The open streams of all users. By default fewer than connections, so that some are left for requests.
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

    let feed: any ChangeFeed
    let limits: Limits
    private let counts = Mutex(Counts())

    package init(feed: any ChangeFeed, limits: Limits = Limits()) {
        self.feed = feed
        self.limits = limits
    }

    /// The number of open streams.
    package var streamCount: Int { counts.withLock { $0.total } }

    /// Counts one more stream of a user, if the limits admit it, until ``release(_:)``.
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
            guard let ofUser = counts.byUser[user] else {
                preconditionFailure("a stream must be admitted before it is released")
            }
            counts.total -= 1
            counts.byUser[user] = ofUser > 1 ? ofUser - 1 : nil
        }
    }
}
