/// A time in UTC and the Gregorian calendar, with a resolution of a second.
package struct CivilTime: Equatable, Sendable {
    package let year: Int
    /// 1 to 12.
    package let month: Int
    /// 1 to 31.
    package let day: Int
    package let hour: Int
    package let minute: Int
    package let second: Int
    private let daysSince1970: Int

    /// The years of this computation begin in March, so that a leap day is the last day of its year (Howard Hinnant,
    /// "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`).
    package init(secondsSince1970 seconds: Int64) {
        let (days, secondOfDay) = Self.divide(Int(seconds), by: 86_400)
        let (era, dayOfEra) = Self.divide(days + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        daysSince1970 = days
        hour = secondOfDay / 3_600
        minute = secondOfDay / 60 % 60
        second = secondOfDay % 60
    }

    /// 0 for Sunday.
    package var weekday: Int { Self.divide(daysSince1970 + 4, by: 7).remainder }

    /// `2026-11-23T08:17:12Z` (RFC 3339, section 5.6). No character of it needs escaping in JSON.
    package var rfc3339: String {
        "\(Self.padded(year, to: 4))-\(Self.padded(month))-\(Self.padded(day))"
            + "T\(Self.padded(hour)):\(Self.padded(minute)):\(Self.padded(second))Z"
    }

    /// Appends the characters of ``rfc3339``. A long list has a time in each entry, and a text for each of its numbers
    /// would cost more than to read the list.
    package func appendRFC3339(to bytes: inout [UInt8]) {
        // A damaged file may have other years.
        guard (0...9_999).contains(year) else { return bytes.append(contentsOf: rfc3339.utf8) }
        bytes.append(addingCapacity: Self.rfc3339Bytes) { output in
            Self.append(year / 100, to: &output)
            Self.append(year % 100, to: &output)
            Self.append(month, after: "-", to: &output)
            Self.append(day, after: "-", to: &output)
            Self.append(hour, after: "T", to: &output)
            Self.append(minute, after: ":", to: &output)
            Self.append(second, after: ":", to: &output)
            output.append(UInt8(ascii: "Z"))
        }
    }

    private static let rfc3339Bytes = 20

    private static func append(_ value: Int, after mark: Unicode.Scalar, to output: inout OutputSpan<UInt8>) {
        output.append(UInt8(ascii: mark))
        append(value, to: &output)
    }

    /// Appends two digits.
    private static func append(_ value: Int, to output: inout OutputSpan<UInt8>) {
        output.append(UInt8(ascii: "0") + UInt8(value / 10))
        output.append(UInt8(ascii: "0") + UInt8(value % 10))
    }

    /// `Mon, 23 Nov 2026 08:17:12 GMT` (RFC 9110, section 5.6.7).
    package var imfFixdate: String {
        "\(Self.weekdays[weekday]), \(Self.padded(day)) \(Self.months[month - 1]) \(Self.padded(year, to: 4)) "
            + "\(Self.padded(hour)):\(Self.padded(minute)):\(Self.padded(second)) GMT"
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func padded(_ value: Int, to width: Int = 2) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// Divides and rounds towards negative infinity, so that a time before 1970 falls on the right day.
    private static func divide(_ value: Int, by divisor: Int) -> (quotient: Int, remainder: Int) {
        let remainder = ((value % divisor) + divisor) % divisor
        return ((value - remainder) / divisor, remainder)
    }
}
