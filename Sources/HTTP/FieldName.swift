/// The name of a field. Letter case does not matter (RFC 9110, section 5.1).
package struct FieldName: Sendable, Equatable {
    /// The name in small letters, so that a comparison has to convert the other name only.
    let lowercased: String
    /// One of 64 bits. Different names may have the same one.
    let mark: UInt64

    /// - Parameter name: a token, in any letter case.
    package init(_ name: String) {
        precondition(HTTPToken.isValid(name), "a field's name must be a token")
        lowercased = name.lowercased()
        mark = Self.mark(count: lowercased.utf8.count, first: lowercased.utf8.first!)
    }

    /// The mark of a name of this length that begins with this byte, in any letter case.
    static func mark(count: Int, first: UInt8) -> UInt64 {
        1 << ((UInt64(truncatingIfNeeded: count) &* 5 ^ UInt64(first.asciiLowercased)) & 63)
    }
}

/// The fields that the server reads.
extension FieldName {
    package static let accept = FieldName("Accept")
    package static let acceptEncoding = FieldName("Accept-Encoding")
    package static let accessControlRequestHeaders = FieldName("Access-Control-Request-Headers")
    package static let accessControlRequestMethod = FieldName("Access-Control-Request-Method")
    package static let authorization = FieldName("Authorization")
    package static let connection = FieldName("Connection")
    package static let contentEncoding = FieldName("Content-Encoding")
    package static let contentLength = FieldName("Content-Length")
    package static let cookie = FieldName("Cookie")
    package static let expect = FieldName("Expect")
    package static let host = FieldName("Host")
    package static let idempotencyKey = FieldName("Idempotency-Key")
    package static let ifNoneMatch = FieldName("If-None-Match")
    package static let lastEventID = FieldName("Last-Event-ID")
    package static let origin = FieldName("Origin")
    package static let referer = FieldName("Referer")
    package static let secFetchSite = FieldName("Sec-Fetch-Site")
    package static let transferEncoding = FieldName("Transfer-Encoding")
    package static let xForwardedFor = FieldName("X-Forwarded-For")
    package static let xForwardedProto = FieldName("X-Forwarded-Proto")
    package static let xRequestID = FieldName("X-Request-Id")
}
