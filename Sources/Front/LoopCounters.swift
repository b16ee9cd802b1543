import HTTP
import Metrics
import Posix

/// What one event loop has counted. The loop's thread counts; any thread reads.
final class LoopCounters: Sendable {
    let routes: [RouteName]
    /// By route, and behind the routes what was from none; of each by method, and behind the methods what could not be read.
    private let answers: [StatusCounters]
    /// By route, and behind the routes what was from none.
    private let durations: [Histogram]
    let turns = Histogram.durations()
    let accepted = Counter()
    let closed = Counter()
    let refused = Counter()
    let closedForOthers = Counter()
    let receivedBytes = Counter()
    let sentBytes = Counter()
    /// When the turn began that goes on now, in nanoseconds of the monotonic clock; 0 while the loop waits.
    let turnBeganAt = Counter()

    private final class StatusCounters: Sendable {
        let statuses: InlineArray<48, Counter> = InlineArray { _ in Counter() }
    }

    private static let methodCount = Method.allCases.count + 1

    /// The place of a status among all, by its code from 200 on.
    private static let statusIndices: [Int] = {
        precondition(Status.allCases.count <= 48, "each status has a counter")
        var indices = [Int](repeating: 0, count: 400)
        for (index, status) in Status.allCases.enumerated() { indices[status.rawValue - 200] = index }
        return indices
    }()

    init(routes: [RouteName]) {
        self.routes = routes
        answers = (0..<(routes.count + 1) * Self.methodCount).map { _ in StatusCounters() }
        durations = (0...routes.count).map { _ in Histogram.durations() }
    }

    /// - Parameter method: nil where the request could not be read.
    func countAnswer(route: Int?, method: Method?, status: Status, nanoseconds: Int64) {
        let routeIndex = route ?? routes.count
        let index = routeIndex * Self.methodCount + (method?.rawValue ?? Method.allCases.count)
        answers[index].statuses[Self.statusIndices[status.rawValue - 200]].add()
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
        for (index, counters) in answers.enumerated() {
            let (routeIndex, methodIndex) = index.quotientAndRemainder(dividingBy: Self.methodCount)
            let route = routeIndex < routes.count ? routes[routeIndex] : nil
            for (statusIndex, status) in Status.allCases.enumerated() {
                let count = counters.statuses[statusIndex].current
                guard count > 0 else { continue }
                snapshot.answers[.init(route: route, method: Method(rawValue: methodIndex), status: status)] = count
            }
        }
        for (index, durations) in durations.enumerated() {
            snapshot.durations[index < routes.count ? routes[index] : nil] = durations.snapshot
        }
        // In this order, so that none has closed that was not accepted.
        snapshot.connectionsClosed = closed.current
        snapshot.connectionsAccepted = accepted.current
        snapshot.connectionsRefused = refused.current
        snapshot.connectionsClosedForOthers = closedForOthers.current
        snapshot.receivedBytes = receivedBytes.current
        snapshot.sentBytes = sentBytes.current
        return snapshot
    }
}
