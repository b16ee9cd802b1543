import HTTP
import Metrics

/// The counters of a front's loops since the start.
package struct FrontSnapshot: Sendable {
    /// The properties by which responses are counted.
    package struct ResponseKind: Hashable, Sendable {
        /// `nil` if no route matched, or the request could not be read.
        package let route: RouteName?
        /// `nil` if the request could not be read.
        package let method: Method?
        package let status: Status
    }

    package internal(set) var responses: [ResponseKind: Int] = [:]
    /// The time from the turn that received the end of a request to the head of its response, by route; the key `nil`
    /// is for requests that no route matched.
    package internal(set) var durations: [RouteName?: HistogramSnapshot] = [:]
    /// The durations of turns. A request that arrives during a turn waits for its end.
    package internal(set) var turns: HistogramSnapshot
    package internal(set) var connectionsAccepted = 0
    package internal(set) var connectionsClosed = 0
    package internal(set) var connectionsRefused = 0
    /// The number of connections that were closed to make room for others: those without a whole request, of streams,
    /// and of clients that did not read their responses.
    package internal(set) var connectionsClosedForOthers = 0
    package internal(set) var receivedBytes = 0
    package internal(set) var sentBytes = 0

    init(turns: HistogramSnapshot) {
        self.turns = turns
    }

    package var connectionsOpen: Int { connectionsAccepted - connectionsClosed }

    static func += (all: inout FrontSnapshot, more: FrontSnapshot) {
        all.responses.merge(more.responses, uniquingKeysWith: +)
        all.durations.merge(more.durations) { left, right in
            var sum = left
            sum += right
            return sum
        }
        all.turns += more.turns
        all.connectionsAccepted += more.connectionsAccepted
        all.connectionsClosed += more.connectionsClosed
        all.connectionsRefused += more.connectionsRefused
        all.connectionsClosedForOthers += more.connectionsClosedForOthers
        all.receivedBytes += more.receivedBytes
        all.sentBytes += more.sentBytes
    }
}
