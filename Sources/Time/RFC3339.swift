/// Reads times of RFC 3339, section 5.6: `2026-11-23T08:17:12.5+03:00`.
package enum RFC3339 {
    /// The milliseconds since 1970 of a time, whose finer digits are dropped; `nil` for any other text. A space may
    /// replace the T, and the offset may have hours alone, as PostgreSQL writes both. A time without an offset is
    /// refused, since it names no moment.
    package static func milliseconds(_ text: some Sequence<UInt8>) -> Int64? {
        var reader = Reader(bytes: Array(text))
        guard let year = reader.digits(4), reader.take("-"), let month = reader.digits(2), reader.take("-"),
            let day = reader.digits(2), reader.take("T") || reader.take("t") || reader.take(" "),
            let hour = reader.digits(2), reader.take(":"), let minute = reader.digits(2), reader.take(":"),
            let second = reader.digits(2), (1...12).contains(month), hour < 24, minute < 60, second < 60,
            day >= 1, day <= days(in: month, of: year), let fraction = reader.fraction(), let offset = reader.offset(),
            reader.isAtEnd
        else { return nil }
        let seconds = daysSince1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset * 60
        return Int64(seconds) * 1000 + Int64(fraction)
    }

    private static func days(in month: Int, of year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`, for years from 0.
    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        // The years begin in March, and are shifted by an era of 400 years, so that no negative number is divided.
        let shifted = (month <= 2 ? year - 1 : year) + 400
        let (era, yearOfEra) = (shifted / 400, shifted % 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return (era - 1) * 146_097 + dayOfEra - 719_468
    }

    private struct Reader {
        let bytes: [UInt8]
        var index = 0

        init(bytes: [UInt8]) {
            self.bytes = bytes
        }

        var isAtEnd: Bool { index == bytes.count }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
            index += 1
            return true
        }

        /// The value of exactly `count` digits.
        mutating func digits(_ count: Int) -> Int? {
            guard index + count <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[index..<(index + count)] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            index += count
            return value
        }

        /// The milliseconds of a fraction of a second, 0 if there is none; `nil` for a point without digits.
        mutating func fraction() -> Int? {
            guard take(".") else { return 0 }
            let start = index
            var milliseconds = 0
            while let digit = digits(1) {
                if index - start <= 3 { milliseconds = milliseconds * 10 + digit }
            }
            guard index > start else { return nil }
            for _ in 0..<max(0, 3 - (index - start)) { milliseconds *= 10 }
            return milliseconds
        }

        /// The minutes that local time is ahead of UTC.
        mutating func offset() -> Int? {
            if take("Z") || take("z") { return 0 }
            let isAhead = take("+")
            guard isAhead || take("-"), let hours = digits(2), hours < 24 else { return nil }
            var minutes = 0
            if take(":") {
                guard let value = digits(2), value < 60 else { return nil }
                minutes = value
            }
            return (hours * 60 + minutes) * (isAhead ? 1 : -1)
        }
    }
}
