/// A moment in milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX.1, "Seconds Since the Epoch").
package struct Timestamp: Hashable, Comparable, Sendable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The moment so much later, at the end of time where it would be past that.
    package func advanced(byMilliseconds distance: Int64) -> Timestamp {
        let (sum, overflow) = milliseconds.addingReportingOverflow(distance)
        return Timestamp(milliseconds: overflow ? (distance > 0 ? .max : .min) : sum)
    }
}

/// Tells the time; a parameter of everything that asks for it, so that a test can set it.
package typealias WallClock = @Sendable () -> Timestamp
