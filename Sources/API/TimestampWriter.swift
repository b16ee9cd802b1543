import JSON
import Loyalty
import Time

/// Writes times as RFC 3339 without the fraction of the second: `2026-11-23T08:17:12Z`.
///
/// Most times of a list fall on the same day as the one before, so the writer keeps the text of the last day.
struct TimestampWriter {
    private static let secondsPerDay: Int64 = 86_400

    private var day = Int64.min
    /// The date of the day, before the `T`.
    private var date = ""

    mutating func write(_ timestamp: Timestamp, _ writer: inout JSONWriter) {
        let seconds = timestamp.seconds
        let day = (seconds - (seconds >= 0 ? 0 : Self.secondsPerDay - 1)) / Self.secondsPerDay
        if day != self.day {
            self.day = day
            date = String(CivilTime(secondsSince1970: day * Self.secondsPerDay).rfc3339.prefix { $0 != "T" })
        }
        let second = Int(seconds - day * Self.secondsPerDay)
        writer.quoted { bytes in
            bytes.append(contentsOf: date.utf8)
            Self.append(UInt8(ascii: "T"), second / 3600, &bytes)
            Self.append(UInt8(ascii: ":"), second / 60 % 60, &bytes)
            Self.append(UInt8(ascii: ":"), second % 60, &bytes)
            bytes.append(UInt8(ascii: "Z"))
        }
    }

    private static func append(_ mark: UInt8, _ value: Int, _ bytes: inout [UInt8]) {
        bytes.append(mark)
        bytes.append(UInt8(ascii: "0") + UInt8(value / 10))
        bytes.append(UInt8(ascii: "0") + UInt8(value % 10))
    }
}
