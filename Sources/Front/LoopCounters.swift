import HTTP
import Metrics
import Posix

/// The counters of one event loop. The loop's thread counts, and any thread may read.
final class LoopCounters: Sendable {
    let routes: [RouteName]
    /// The responses by route and method. Each route has one element for each method, and then one for requests that
    /// could not be read. After all routes come the same elements for requests that no route matched.
    private let responses: [StatusCounters]
    /// The durations by route, and last for requests that no route matched.
    private let durations: [Histogram]
    let turns = Histogram.durations()
    let accepted = Counter()
    let closed = Counter()
    let refused = Counter()
    let closedForOthers = Counter()
    let receivedBytes = Counter()
    let sentBytes = Counter()
    /// The beginning of the current turn, in nanoseconds of the monotonic clock; 0 while the loop waits for events.
    let turnBeganAt = Counter()

    private final class StatusCounters: Sendable {
        let statuses: InlineArray<48, Counter> = InlineArray { _ in Counter() }
    }

    private static let methodCount = Method.allCases.count + 1

    /// The index of each status in `Status.allCases`; the element at 0 is for the code 200.
    private static let statusIndices: [Int] = {
        precondition(Status.allCases.count <= 48, "Status must not have more than 48 cases")
        var indices = [Int](repeating: 0, count: 400)
        for (index, status) in Status.allCases.enumerated() { indices[status.rawValue - 200] = index }
        return indices
    }()

    init(routes: [RouteName]) {
        self.routes = routes
        responses = (0..<(routes.count + 1) * Self.methodCount).map { _ in StatusCounters() }
        durations = (0...routes.count).map { _ in Histogram.durations() }
    }

    /// Counts a response.
    ///
    /// - Parameters:
    ///   - route: the index of the route; `nil` if none matched.
    ///   - method: `nil` if the request could not be read.
    ///   - nanoseconds: the time since the request was received.
    func countResponse(route: Int?, method: Method?, status: Status, nanoseconds: Int64) {
        let routeIndex = route ?? routes.count
        let index = routeIndex * Self.methodCount + (method?.rawValue ?? Method.allCases.count)
        responses[index].statuses[Self.statusIndices[status.rawValue - 200]].add()
        durations[routeIndex].observe(Int(nanoseconds))
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
        for (index, counters) in responses.enumerated() {
            let (routeIndex, methodIndex) = index.quotientAndRemainder(dividingBy: Self.methodCount)
            let route = routeIndex < routes.count ? routes[routeIndex] : nil
            for (statusIndex, status) in Status.allCases.enumerated() {
                let count = counters.statuses[statusIndex].current
                guard count > 0 else { continue }
                snapshot.responses[.init(route: route, method: Method(rawValue: methodIndex), status: status)] = count
            }
        }
        for (index, durations) in durations.enumerated() {
            snapshot.durations[index < routes.count ? routes[index] : nil] = durations.snapshot
        }
        // Closed connections are read first, so that a snapshot never has more of them than accepted ones.
        snapshot.connectionsClosed = closed.current
        snapshot.connectionsAccepted = accepted.current
        snapshot.connectionsRefused = refused.current
        snapshot.connectionsClosedForOthers = closedForOthers.current
        snapshot.receivedBytes = receivedBytes.current
        snapshot.sentBytes = sentBytes.current
        return snapshot
    }
}
