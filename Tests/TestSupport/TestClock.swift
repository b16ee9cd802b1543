import Loyalty
import Synchronization

/// A clock whose time changes only if a test moves it.
package final class TestClock: Sendable {
    private let value: Atomic<Int64>

    /// - Parameter milliseconds: The time at the start, since 1970.
    package init(milliseconds: Int64 = 1_700_000_000_000) {
        value = Atomic(milliseconds)
    }

    package var milliseconds: Int64 { value.load(ordering: .sequentiallyConsistent) }

    package var now: Timestamp { Timestamp(milliseconds: milliseconds) }

    package func advance(byMilliseconds distance: Int64) { value.add(distance, ordering: .sequentiallyConsistent) }

    package func advance(bySeconds seconds: Int64) { advance(byMilliseconds: seconds * 1000) }
}
