/// `method SP request-target SP HTTP-version` (RFC 9112, section 3).
struct RequestLine {
    let method: Method
    let target: ArraySlice<UInt8>
    /// The host and port of a target in absolute-form; `nil` for any other target.
    let authority: ArraySlice<UInt8>?
    let isHTTP11: Bool

    init(parsing line: ArraySlice<UInt8>) throws(RequestError) {
        guard let first = line.firstIndex(of: 0x20), let last = line.lastIndex(of: 0x20), first < last,
            first > line.startIndex, first + 1 < last
        else { throw RequestError(.badRequest, "The request line is not a method, a target and a version.") }
        let name = line[..<first]
        guard name.allSatisfy(Grammar.isToken) else { throw RequestError(.badRequest, "The method is not a token.") }
        isHTTP11 = try Self.version(line[(last + 1)...])
        guard let method = Method(name) else { throw RequestError(.notImplemented, "The method is unknown.") }
        self.method = method
        (target, authority) = try Self.target(line[(first + 1)..<last], method)
    }

    /// Returns true for HTTP/1.1 and later minor versions, to which the server responds with 1.1 (RFC 9110, section
    /// 2.5).
    private static func version(_ bytes: ArraySlice<UInt8>) throws(RequestError) -> Bool {
        let major = bytes.startIndex + 5
        guard bytes.count == 8, bytes[..<major].equals("HTTP/"), bytes[major].isDigit,
            bytes[major + 1] == UInt8(ascii: "."), bytes[major + 2].isDigit
        else { throw RequestError(.badRequest, "The HTTP version is malformed.") }
        guard bytes[major] == UInt8(ascii: "1") else {
            throw RequestError(.httpVersionNotSupported, "Only HTTP/1.1 and HTTP/1.0 are supported.")
        }
        return bytes[major + 2] != UInt8(ascii: "0")
    }

    /// Parses a target in origin-form, in absolute-form, or the asterisk of OPTIONS (RFC 9112, section 3.2).
    private static func target(
        _ bytes: ArraySlice<UInt8>, _ method: Method
    ) throws(RequestError) -> (target: ArraySlice<UInt8>, authority: ArraySlice<UInt8>?) {
        if method == .options, bytes.equals("*") { return (bytes, nil) }
        if bytes.first == UInt8(ascii: "/") { return (try checked(bytes), nil) }
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            bytes[..<colon].equalsIgnoringCase("http") || bytes[..<colon].equalsIgnoringCase("https"),
            bytes[colon...].prefix(3).equals("://")
        else { throw malformed }
        let rest = bytes[(colon + 3)...]
        let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        guard Authority.isValid(authority) else { throw malformed }
        return (try checked(pathAndQuery(rest[authority.endIndex...], method)), authority)
    }

    /// The target without an authority. An empty path means `/`. With OPTIONS it means the server as a whole, `*` (RFC
    /// 9110, section 4.2.3; RFC 9112, section 3.2.4).
    private static func pathAndQuery(_ bytes: ArraySlice<UInt8>, _ method: Method) -> ArraySlice<UInt8> {
        if bytes.isEmpty, method == .options { return [UInt8(ascii: "*")] }
        return bytes.first == UInt8(ascii: "/") ? bytes : [UInt8(ascii: "/")] + bytes
    }

    private static func checked(_ target: ArraySlice<UInt8>) throws(RequestError) -> ArraySlice<UInt8> {
        guard target.allSatisfy(Grammar.isTargetByte), Grammar.hasWholePercentEncodings(target) else { throw malformed }
        return target
    }

    private static let malformed = RequestError(.badRequest, "The request target is malformed.")
}
