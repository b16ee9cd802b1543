import Posix
import Synchronization

/// A clock that is halted until the test advances it, so that a test of a time limit neither waits for it nor
/// depends on how busy the machine is.
final class TestClock: Sendable {
    private struct State {
        var nanoseconds: Int64 = 1_000_000_000_000
        /// The time at which the clock began to run; `nil` while it is halted.
        var runsSince: Int64?
    }

    private let state = Mutex(State())

    var nanoseconds: Int64 {
        state.withLock { state in
            state.nanoseconds + (state.runsSince.map { SystemClock.monotonicNanoseconds() - $0 } ?? 0)
        }
    }

    func advance(milliseconds: Int) {
        state.withLock { $0.nanoseconds += Int64(milliseconds) * 1_000_000 }
    }

    /// Lets the clock run like that of the system.
    func run() {
        state.withLock { state in
            if state.runsSince == nil { state.runsSince = SystemClock.monotonicNanoseconds() }
        }
    }
}
