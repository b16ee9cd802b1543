import Time

extension Timestamp {
    /// Reads a time of RFC 3339 with an offset; `nil` for any other text, and for a time that is not
    /// ``writableMilliseconds``.
    package init?(rfc3339 text: some Sequence<UInt8>) {
        guard let milliseconds = RFC3339.milliseconds(text), Self.writableMilliseconds.contains(milliseconds) else {
            return nil
        }
        self.init(milliseconds: milliseconds)
    }

    /// `2026-11-23T08:17:12.045Z`, with every millisecond.
    package var rfc3339WithMilliseconds: String {
        let fraction = String(1000 + (milliseconds % 1000 + 1000) % 1000).dropFirst()
        return "\(rfc3339.dropLast()).\(fraction)Z"
    }

    /// `2026-11-23T08:17:12Z` (RFC 3339, section 5.6)
    package var rfc3339: String { CivilTime(secondsSince1970: seconds).rfc3339 }

    /// `Mon, 23 Nov 2026 08:17:12 GMT` (RFC 9110, section 5.6.7)
    package var imfFixdate: String { CivilTime(secondsSince1970: seconds).imfFixdate }

    /// The whole seconds since 1970, rounded towards negative infinity as the calendar does.
    package var seconds: Int64 { milliseconds >= 0 ? milliseconds / 1000 : (milliseconds + 1) / 1000 - 1 }
}
