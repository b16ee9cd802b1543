import CLinux
import Glibc

/// The system's clocks (clock_gettime(2)).
package enum SystemClock {
    /// Milliseconds since 1970-01-01T00:00:00Z; may step when the owner sets the clock.
    package static func wallMilliseconds() -> Int64 {
        read(CLOCK_REALTIME) / 1_000_000
    }

    /// Nanoseconds since a moment before the start of the process; never steps back.
    package static func monotonicNanoseconds() -> Int64 {
        read(CLOCK_MONOTONIC)
    }

    /// As ``monotonicNanoseconds()``, in milliseconds.
    package static func monotonicMilliseconds() -> Int64 {
        monotonicNanoseconds() / 1_000_000
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        let code = clock_gettime(clock, &time)
        precondition(code == 0, "the clock must exist on Linux")
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
