import HTTP
import JSON
import Loyalty

extension Response {
    /// 200 with a user's own data.
    static func `private`(contentType: String, _ body: Body) -> Response {
        Response(.ok, contentType: contentType, body).withPrivateCaching
    }

    /// 204: a user has nothing of the kind.
    static var privateNothing: Response { Response(.noContent).withPrivateCaching }

    /// 304: what the client has is still so; with the `Cache-Control` that its 200 has (RFC 9110, section 15.4.5).
    static func notModified(tag: String?, vary: String?, caching: String = privateCaching) -> Response {
        var response = Response(.notModified)
        response.add("Cache-Control", caching)
        if let vary { response.vary(by: vary) }
        if let tag { response.add("ETag", tag) }
        return response
    }

    /// Nothing for a shared cache, and the client's own asks before it uses it again (RFC 9111, section 5.2.2).
    static let privateCaching = "private, no-cache"

    private var withPrivateCaching: Response {
        var response = self
        response.add("Cache-Control", Self.privateCaching)
        return response
    }
}

extension Timestamp {
    /// `2026-11-23T08:17:12Z`
    package var rfc3339: String { CivilTime(secondsSince1970: seconds).rfc3339 }

    /// `Mon, 23 Nov 2026 08:17:12 GMT`
    var imfFixdate: String { CivilTime(secondsSince1970: seconds).imfFixdate }

    /// Towards negative infinity, as the calendar counts.
    fileprivate var seconds: Int64 { milliseconds >= 0 ? milliseconds / 1000 : (milliseconds + 1) / 1000 - 1 }
}

/// Writes moments as RFC 3339 has them, the fraction of the second left out: `2026-11-23T08:17:12Z`. Most of a list's fall on
/// the day of the one before, and the calendar is asked once a day.
struct TimestampWriter {
    private static let secondsPerDay: Int64 = 86_400

    private var day = Int64.min
    /// The day's beginning up to the `T`.
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
