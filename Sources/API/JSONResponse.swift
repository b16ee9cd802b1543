import HTTP
import Loyalty

extension Response {
    /// 200 with a JSON document. A user's own data is nothing for a shared cache (RFC 9111, section 5.2.2).
    static func json(_ body: Body) -> Response {
        var response = Response(.ok, contentType: "application/json", body)
        response.add("Cache-Control", "private, no-cache")
        return response
    }
}

extension Timestamp {
    /// `2026-11-23T08:17:12Z`, the fraction of the second left out.
    var rfc3339: String {
        // Towards negative infinity, as the calendar counts.
        let seconds = milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000
        return CivilTime(secondsSince1970: seconds).rfc3339
    }
}
