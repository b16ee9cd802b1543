import Metrics
import Synchronization

/// The reason why a ``WriteLane`` refuses writes, for other threads to read.
final class LaneStatus: Sendable {
    private struct State {
        var isConnected = false
        /// In milliseconds of the monotonic clock.
        var fullAt: Int64?
    }

    private let state = Mutex(State())
    /// The number of transactions whose commit was in doubt.
    let doubts = Counter()

    /// A refusal counts for a while only: if a load balancer kept customers away for it, no write would ever show that
    /// there is room again.
    private static let refusalCountsMilliseconds: Int64 = 30_000

    func noteConnection(_ isConnected: Bool) {
        state.withLock { $0.isConnected = isConnected }
    }

    var isConnected: Bool { state.withLock { $0.isConnected } }

    func noteFull(now: Int64) {
        state.withLock { $0.fullAt = now }
    }

    func noteSuccess() {
        state.withLock { $0.fullAt = nil }
    }

    /// The reason in words; `nil` if writes are not refused.
    func obstacle(now: Int64) -> String? {
        state.withLock { state in
            guard state.isConnected else { return "the database can't be reached" }
            let isFull = state.fullAt.map { now - $0 < Self.refusalCountsMilliseconds } ?? false
            return isFull ? "the database has no room" : nil
        }
    }
}
