import Glibc

/// Days of the system's time zone (localtime_r(3), mktime(3); the zone is that of TZ or /etc/localtime).
package enum LocalCalendar {
    /// A day: its date, and its first second since 1970.
    package struct Day: Equatable, Sendable {
        package let year: Int
        package let month: Int
        package let day: Int
        package let start: Int64
    }

    /// The day of a time, or one before it.
    ///
    /// - Parameters:
    ///   - seconds: since 1970.
    ///   - daysBefore: the number of days before the day of that time.
    package static func day(ofSeconds seconds: Int64, daysBefore: Int) -> Day {
        var time = time_t(seconds)
        var fields = tm()
        precondition(localtime_r(&time, &fields) != nil, "seconds must be in a year that fits")
        // mktime(3) puts a day of the month below 1 into the month before. It finds out itself whether summer time is
        // in force, and if a zone begins summer time at midnight, it gives the first second that there is.
        (fields.tm_hour, fields.tm_min, fields.tm_sec, fields.tm_isdst) = (0, 0, 0, -1)
        fields.tm_mday -= CInt(daysBefore)
        let start = mktime(&fields)
        return Day(
            year: Int(fields.tm_year) + 1900, month: Int(fields.tm_mon) + 1, day: Int(fields.tm_mday),
            start: Int64(start))
    }
}
