import Posix

/// A moment after which a call waits no longer.
package struct Deadline: Sendable {
    /// In nanoseconds of the monotonic clock (``Posix/SystemClock``).
    private let nanoseconds: Int64

    private init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The longest time until a deadline: a day. It keeps sums in 64 bits.
    private static let millisecondsMax = 86_400_000

    /// - Parameter milliseconds: zero or more; more than a day counts as a day.
    package static func after(milliseconds: Int) -> Deadline {
        precondition(milliseconds >= 0, "milliseconds must not be negative")
        let span = Int64(min(milliseconds, millisecondsMax)) * 1_000_000
        return Deadline(nanoseconds: SystemClock.monotonicNanoseconds() + span)
    }

    /// The milliseconds that are left, rounded up; zero if the deadline has passed.
    package var millisecondsLeft: Int {
        Int(max(0, nanoseconds - SystemClock.monotonicNanoseconds() + 999_999) / 1_000_000)
    }

    package var hasPassed: Bool { millisecondsLeft == 0 }

    package func orEarlier(_ other: Deadline) -> Deadline {
        other.nanoseconds < nanoseconds ? other : self
    }
}
