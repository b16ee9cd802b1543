import HTTP

/// The session tokens that a request presents.
///
/// A token is presented as `Authorization: Bearer TOKEN`, as `Authorization: TOKEN`, or as the session cookie. If the
/// header presents a token, the cookies do not count (RFC 6750, section 2.1). A header of another scheme, such as the
/// `Basic` of a proxy, and a header without a token present nothing.
package enum PresentedTokens {
    /// The longest text that is looked up as a token. No token of the server is as long.
    package static let tokenBytesMax = 128
    /// The most session cookies that are tried, because each costs a hash and a read. Two sites on one host, or two
    /// paths, may each have set a cookie of the name; no browser has more by itself.
    private static let cookiesTriedMax = 8
    /// The fewest bytes of a bare token in `Authorization`. A shorter word is the name of a scheme (`Negotiate`); the
    /// server's tokens have 43 bytes.
    private static let bareTokenBytesMin = 32

    /// The token that `Authorization` presents; `nil` if it presents none. The first field with a token counts.
    package static func header(of request: Request) -> ArraySlice<UInt8>? {
        guard let first = request.headers[.authorization] else { return nil }
        return token(in: first) ?? request.headers.all(.authorization).lazy.compactMap { token(in: $0) }.first
    }

    /// The values of the session's cookie that may be tokens, in the order in which they are tried.
    package static func cookies(of request: Request, named name: String) -> [ArraySlice<UInt8>] {
        request.cookies(name, countMax: cookiesTriedMax) { !$0.isEmpty && $0.count <= tokenBytesMax }
    }

    private static func token(in authorization: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let space = authorization.firstIndex(of: 0x20) else {
            return isBareToken(authorization) ? authorization : nil
        }
        guard authorization[..<space].equalsIgnoringCase("bearer") else { return nil }
        let token = authorization[space...].trimmed
        return token.isEmpty ? nil : token
    }

    private static func isBareToken(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count >= bareTokenBytesMin else { return false }
        let bytes = bytes.span
        for index in bytes.indices where !isTokenByte(bytes[index]) { return false }
        return true
    }

    /// The alphabet of a bearer token without its padding (RFC 6750, section 2.1, `b64token`).
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        let letter = byte.asciiLowercased
        return letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z") || byte.isDigit
            || "-._~+/".utf8.contains(byte)
    }
}
