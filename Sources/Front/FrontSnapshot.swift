import HTTP
import Metrics

/// What the loops of a front have counted, together, since the start.
package struct FrontSnapshot: Sendable {
    package struct Answer: Hashable, Sendable {
        /// Nil where the request was for no route, or could not be read.
        package let route: RouteName?
        /// Nil where the request could not be read.
        package let method: Method?
        package let status: Status
    }

    package internal(set) var answers: [Answer: Int] = [:]
    /// From the turn in which a request was received as a whole to the head of its answer, by route; nil is for no route.
    package internal(set) var durations: [RouteName?: HistogramSnapshot] = [:]
    /// How long each turn took: what came meanwhile has waited for so long.
    package internal(set) var turns: HistogramSnapshot
    package internal(set) var connectionsAccepted = 0
    package internal(set) var connectionsClosed = 0
    package internal(set) var connectionsRefused = 0
    /// Connections without a request, and streams, that were closed to make room for others.
    package internal(set) var connectionsClosedForOthers = 0
    package internal(set) var receivedBytes = 0
    package internal(set) var sentBytes = 0

    init(turns: HistogramSnapshot) {
        self.turns = turns
    }

    package var connectionsOpen: Int { connectionsAccepted - connectionsClosed }

    static func += (all: inout FrontSnapshot, more: FrontSnapshot) {
        all.answers.merge(more.answers, uniquingKeysWith: +)
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
