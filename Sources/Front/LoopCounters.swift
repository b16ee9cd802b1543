import HTTP
import Metrics
import Posix

/// What one event loop has counted. The loop's thread counts; any thread reads.
final class LoopCounters: Sendable {
    let routes: [RouteName]
    /// One for each route, and behind them one for answers from none.
    private let requests: [RouteCounters]
    let turns = Histogram.durations()
    let accepted = Counter()
    let closed = Counter()
    let refused = Counter()
    let receivedBytes = Counter()
    let sentBytes = Counter()
    /// When the turn began that goes on now, in nanoseconds of the monotonic clock; 0 while the loop waits.
    let turnBeganAt = Counter()

    /// Answers of one route: by method and status, and how long they took.
    private final class RouteCounters: Sendable {
        /// One for each method, and behind them one for requests that could not be read.
        let methods = (0...Method.allCases.count).map { _ in StatusCounters() }
        let durations = Histogram.durations()
    }

    private final class StatusCounters: Sendable {
        let statuses: InlineArray<48, Counter> = InlineArray { _ in Counter() }
    }

    /// The place of a status among all, by its code from 200 on.
    private static let statusIndices: [Int] = {
        precondition(Status.allCases.count <= 48, "each status has a counter")
        var indices = [Int](repeating: 0, count: 400)
        for (index, status) in Status.allCases.enumerated() { indices[status.rawValue - 200] = index }
        return indices
    }()

    init(routes: [RouteName]) {
        self.routes = routes
        requests = (0...routes.count).map { _ in RouteCounters() }
    }

    /// - Parameter method: nil where the request could not be read.
    func countAnswer(route: Int?, method: Method?, status: Status, nanoseconds: Int64) {
        let counters = requests[route ?? routes.count]
        let methodIndex = method?.rawValue ?? Method.allCases.count
        counters.methods[methodIndex].statuses[Self.statusIndices[status.rawValue - 200]].add()
        counters.durations.observe(Int(nanoseconds))
    }

    func beginTurn(at nanoseconds: Int64) {
        turnBeganAt.set(Int(nanoseconds))
    }

    func endTurn(at nanoseconds: Int64) {
        turns.observe(Int(nanoseconds) - turnBeganAt.current)
        turnBeganAt.set(0)
    }

    var snapshot: FrontSnapshot {
        var snapshot = FrontSnapshot(turns: turns.snapshot)
        for (number, counters) in requests.enumerated() {
            let route = number < routes.count ? routes[number] : nil
            for (methodIndex, method) in (Method.allCases.map(Optional.some) + [nil]).enumerated() {
                for (statusIndex, status) in Status.allCases.enumerated() {
                    let count = counters.methods[methodIndex].statuses[statusIndex].current
                    if count > 0 { snapshot.answers[.init(route: route, method: method, status: status)] = count }
                }
            }
            snapshot.durations[route] = counters.durations.snapshot
        }
        // In this order, so that none has closed that was not accepted.
        snapshot.connectionsClosed = closed.current
        snapshot.connectionsAccepted = accepted.current
        snapshot.connectionsRefused = refused.current
        snapshot.receivedBytes = receivedBytes.current
        snapshot.sentBytes = sentBytes.current
        return snapshot
    }
}
