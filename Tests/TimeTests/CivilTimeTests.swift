import Foundation
import TestSupport
import Testing

@testable import Time

@Suite struct CivilTimeTests {
    private static let moments: [(seconds: Int64, rfc3339: String, imfFixdate: String)] = [
        (0, "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
        (1, "1970-01-01T00:00:01Z", "Thu, 01 Jan 1970 00:00:01 GMT"),
        (-1, "1969-12-31T23:59:59Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
        (-86_400, "1969-12-31T00:00:00Z", "Wed, 31 Dec 1969 00:00:00 GMT"),
        (-86_401, "1969-12-30T23:59:59Z", "Tue, 30 Dec 1969 23:59:59 GMT"),
        // The example of RFC 9110, section 5.6.7.
        (784_111_777, "1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37 GMT"),
        // Leap days: each fourth year, except for three of four centuries.
        (951_782_399, "2000-02-28T23:59:59Z", "Mon, 28 Feb 2000 23:59:59 GMT"),
        (951_782_400, "2000-02-29T00:00:00Z", "Tue, 29 Feb 2000 00:00:00 GMT"),
        (951_868_799, "2000-02-29T23:59:59Z", "Tue, 29 Feb 2000 23:59:59 GMT"),
        (951_868_800, "2000-03-01T00:00:00Z", "Wed, 01 Mar 2000 00:00:00 GMT"),
        (1_709_164_800, "2024-02-29T00:00:00Z", "Thu, 29 Feb 2024 00:00:00 GMT"),
        (1_740_700_800, "2025-02-28T00:00:00Z", "Fri, 28 Feb 2025 00:00:00 GMT"),
        (1_740_787_200, "2025-03-01T00:00:00Z", "Sat, 01 Mar 2025 00:00:00 GMT"),
        (-2_203_891_201, "1900-02-28T23:59:59Z", "Wed, 28 Feb 1900 23:59:59 GMT"),
        (-2_203_891_200, "1900-03-01T00:00:00Z", "Thu, 01 Mar 1900 00:00:00 GMT"),
        (4_107_542_399, "2100-02-28T23:59:59Z", "Sun, 28 Feb 2100 23:59:59 GMT"),
        (4_107_542_400, "2100-03-01T00:00:00Z", "Mon, 01 Mar 2100 00:00:00 GMT"),
        // The ends of years, and of 32 bits.
        (1_735_689_599, "2024-12-31T23:59:59Z", "Tue, 31 Dec 2024 23:59:59 GMT"),
        (1_735_689_600, "2025-01-01T00:00:00Z", "Wed, 01 Jan 2025 00:00:00 GMT"),
        (946_684_800, "2000-01-01T00:00:00Z", "Sat, 01 Jan 2000 00:00:00 GMT"),
        (2_147_483_648, "2038-01-19T03:14:08Z", "Tue, 19 Jan 2038 03:14:08 GMT"),
        (4_294_967_296, "2106-02-07T06:28:16Z", "Sun, 07 Feb 2106 06:28:16 GMT"),
        (253_402_300_799, "9999-12-31T23:59:59Z", "Fri, 31 Dec 9999 23:59:59 GMT"),
        // Years have at least four digits.
        (-31_536_000_000, "0970-08-31T00:00:00Z", "Fri, 31 Aug 0970 00:00:00 GMT"),
        (-62_135_596_800, "0001-01-01T00:00:00Z", "Mon, 01 Jan 0001 00:00:00 GMT"),
        (-62_167_219_200, "0000-01-01T00:00:00Z", "Sat, 01 Jan 0000 00:00:00 GMT"),
    ]

    @Test(arguments: moments)
    func knownTimes(seconds: Int64, rfc3339: String, imfFixdate: String) {
        let time = CivilTime(secondsSince1970: seconds)
        #expect(time.rfc3339 == rfc3339)
        #expect(time.imfFixdate == imfFixdate)
    }

    /// The appended characters are those of the text, in each year that a file may have.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func appendsItsText(seed: UInt64) {
        var generator = SeededRandom(seed: seed)
        for _ in 0..<2_000 {
            let secondsMax = Int64(1) << Int64.random(in: 1...45, using: &generator)
            let time = CivilTime(secondsSince1970: .random(in: -secondsMax...secondsMax, using: &generator))
            var bytes = Array("at ".utf8)
            time.appendRFC3339(to: &bytes)
            #expect(bytes == Array("at \(time.rfc3339)".utf8))
        }
    }

    /// Times from 1600, when Foundation's calendar is Gregorian, to the last year of four digits.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func agreesWithFoundation(seed: UInt64) {
        var generator = SeededRandom(seed: seed)
        let iso = ISO8601DateFormatter()
        let imf = DateFormatter()
        imf.locale = Locale(identifier: "en_US_POSIX")
        imf.timeZone = TimeZone(secondsFromGMT: 0)
        imf.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        for _ in 0..<200 {
            let seconds = Int64.random(in: -11_676_096_000..<253_402_300_800, using: &generator)
            let time = CivilTime(secondsSince1970: seconds)
            let date = Date(timeIntervalSince1970: TimeInterval(seconds))
            #expect(time.rfc3339 == iso.string(from: date), "\(seconds)")
            #expect(time.imfFixdate == imf.string(from: date), "\(seconds)")
        }
    }

    /// Times in all years that can occur and in many others, compared with the C library.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func agreesWithTheCLibrary(seed: UInt64) {
        var generator = SeededRandom(seed: seed)
        for _ in 0..<2_000 {
            let secondsMax = Int64(1) << Int64.random(in: 1...45, using: &generator)
            let seconds = Int64.random(in: -secondsMax...secondsMax, using: &generator)
            let time = CivilTime(secondsSince1970: seconds)
            var expected = tm()
            var moment = time_t(seconds)
            gmtime_r(&moment, &expected)
            let date = [time.year - 1900, time.month - 1, time.day, time.weekday].map(Int32.init)
            let clock = [time.hour, time.minute, time.second].map(Int32.init)
            #expect(date == [expected.tm_year, expected.tm_mon, expected.tm_mday, expected.tm_wday], "\(seconds)")
            #expect(clock == [expected.tm_hour, expected.tm_min, expected.tm_sec], "\(seconds)")
        }
    }

    /// Each day of 401 years is the successor of the day before it.
    @Test func daysFollowEachOther() {
        let from1600: Int64 = -11_676_096_000
        var yesterday = CivilTime(secondsSince1970: from1600 - 86_400)
        for day in 0..<146_463 as Range<Int64> {
            let today = CivilTime(secondsSince1970: from1600 + day * 86_400)
            let before = (yesterday.year, yesterday.month, yesterday.day)
            let isNext =
                switch (today.year, today.month, today.day) {
                case (before.0, before.1, before.2 + 1), (before.0, before.1 + 1, 1): true
                case (before.0 + 1, 1, 1): before.1 == 12
                default: false
                }
            guard isNext, today.weekday == (yesterday.weekday + 1) % 7 else {
                Issue.record("\(yesterday.rfc3339) is followed by \(today.rfc3339)")
                return
            }
            yesterday = today
        }
    }
}
