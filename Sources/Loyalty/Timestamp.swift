/// A time in milliseconds since 1970-01-01T00:00:00Z, without leap seconds (POSIX.1, "Seconds Since the Epoch").
package struct Timestamp: Hashable, Comparable, Sendable {
    package let milliseconds: Int64

    /// The times that RFC 3339 can write: from 1970 to the end of the year 9999.
    package static let writableMilliseconds: ClosedRange<Int64> = 0...253_402_300_799_999

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// Returns the time `distance` milliseconds later, or the greatest (or least) time if it would overflow.
    package func advanced(byMilliseconds distance: Int64) -> Timestamp {
        let (sum, overflow) = milliseconds.addingReportingOverflow(distance)
        return Timestamp(milliseconds: overflow ? (distance > 0 ? .max : .min) : sum)
    }
}
