import JSON
import Loyalty
import Time

extension JSONWriter {
    /// Writes a time as RFC 3339 without the fraction of the second: `"2026-11-23T08:17:12Z"`.
    mutating func time(_ timestamp: Timestamp) {
        quoted { bytes in CivilTime(secondsSince1970: timestamp.seconds).appendRFC3339(to: &bytes) }
    }
}
