import Synchronization

/// Closed while the accrual system has asked for a pause. Every worker looks at it right before it asks, so that a pause
/// holds for all from the moment one is told of it, requests in flight excepted.
package final class AccrualGate: Sendable {
    private let opensAt = Mutex<Int64>(.min)

    package init() {}

    /// The end of the pause, in milliseconds of the monotonic clock; nil where there is none.
    package func closedUntil(now: Int64) -> Int64? {
        opensAt.withLock { $0 > now ? $0 : nil }
    }

    /// A later end counts, whoever of several is told of it first.
    package func close(until end: Int64) {
        opensAt.withLock { $0 = max($0, end) }
    }
}
