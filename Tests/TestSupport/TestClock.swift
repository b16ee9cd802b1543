import Loyalty
import Posix
import Synchronization

/// A clock that is halted until a test moves it, so that a test of a time limit neither waits for it nor depends on how
/// busy the machine is.
package final class TestClock: Sendable {
    private struct State {
        var nanoseconds: Int64
        /// The system's time at which the clock began to run; `nil` while it is halted.
        var runsSince: Int64?
    }

    private let state: Mutex<State>

    /// - Parameter milliseconds: The time at the start; since 1970 if the test reads it as a point of time.
    package init(milliseconds: Int64 = 1_700_000_000_000) {
        state = Mutex(State(nanoseconds: milliseconds * 1_000_000))
    }

    package var nanoseconds: Int64 {
        state.withLock { state in
            state.nanoseconds + (state.runsSince.map { SystemClock.monotonicNanoseconds() - $0 } ?? 0)
        }
    }

    package var milliseconds: Int64 { nanoseconds / 1_000_000 }

    package var now: Timestamp { Timestamp(milliseconds: milliseconds) }

    package func advance(byMilliseconds distance: Int64) {
        state.withLock { $0.nanoseconds += distance * 1_000_000 }
    }

    package func advance(bySeconds seconds: Int64) { advance(byMilliseconds: seconds * 1000) }

    /// Sets a clock that is halted.
    package func set(milliseconds: Int64) {
        state.withLock { $0.nanoseconds = milliseconds * 1_000_000 }
    }

    /// Lets the clock run like that of the system.
    package func run() {
        state.withLock { state in
            if state.runsSince == nil { state.runsSince = SystemClock.monotonicNanoseconds() }
        }
    }
}
