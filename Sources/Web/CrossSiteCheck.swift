import HTTP

/// Refuses requests that a page of another site makes a browser send (OWASP, "Cross-Site Request Forgery Prevention").
package struct CrossSiteCheck {
    let allowedOrigins: OriginList

    /// - Parameter allowedOrigins: as browsers write them: `https://shop.example`.
    package init(allowedOrigins: [String]) {
        self.allowedOrigins = OriginList(allowedOrigins)
    }

    /// Throws ``ProblemType/crossSite`` if the request would change something for another site.
    package func check(_ request: Request) throws(Problem) {
        guard [.post, .put, .delete].contains(request.method) else { return }
        // A browser adds no bearer token on its own. It does add the `Basic` credentials that its user gave a proxy.
        if PresentedTokens.header(of: request) != nil, request.headers[.cookie] == nil { return }
        let origins = request.headers.all(.origin)
        if origins.count == 1, allowedOrigins.contains(origins[0]) { return }
        switch FetchSite(request.headers) {
        case .own: return
        case .other: throw Self.refusal(origin: origins.first, host: request.host)
        case .unknown: break
        }
        for origin in origins where !Self.isOwn(origin, host: request.host) {
            throw Self.refusal(origin: origin, host: request.host)
        }
        guard origins.isEmpty else { return }
        for page in request.headers.all(.referer) { try check(referrer: page, of: request) }
    }

    /// Checks the page that an old browser names if it sends neither `Sec-Fetch-Site` nor `Origin`. A client that sends
    /// none of the three is not a browser, or its page hides its address.
    private func check(referrer page: ArraySlice<UInt8>, of request: Request) throws(Problem) {
        let origin = Self.origin(of: page)
        guard !Self.isOwn(origin, host: request.host), !allowedOrigins.contains(origin) else { return }
        throw Self.refusal(origin: origin, host: request.host)
    }

    /// The scheme and authority of an address (RFC 9110, section 10.1.3).
    private static func origin(of address: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let colon = address.firstIndex(of: UInt8(ascii: ":")), address[colon...].prefix(3).equals("://") else {
            return address
        }
        let ends = [UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#")]
        return address.prefix(upTo: address[(colon + 3)...].firstIndex(where: ends.contains) ?? address.endIndex)
    }

    /// Returns true if the origin's host and port are those that the request was sent to. The scheme's default port may
    /// be missing in one of them. The schemes are not compared, since a proxy may have ended TLS.
    private static func isOwn(_ origin: ArraySlice<UInt8>, host: ArraySlice<UInt8>?) -> Bool {
        guard let host else { return false }
        for (scheme, port) in [("http://", ":80"), ("https://", ":443")]
        where origin.prefix(scheme.utf8.count).equalsIgnoringCase(scheme) {
            let authority = withoutPort(port, origin.dropFirst(scheme.utf8.count)).map(\.asciiLowercased)
            return !authority.isEmpty && authority == withoutPort(port, host).map(\.asciiLowercased)
        }
        return false
    }

    private static func withoutPort(_ port: String, _ authority: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        authority.suffix(port.utf8.count).equals(port) ? authority.dropLast(port.utf8.count) : authority
    }
}

/// The site that sent a request, in the browser's words (W3C, Fetch Metadata Request Headers, section 2.4). No page can
/// set the field.
private enum FetchSite {
    /// A page of the same origin, or no page, such as an address that the user has typed.
    case own
    case other
    /// The request has no such field, or values that the server does not know.
    case unknown

    /// If the request has several such fields, one that names another site decides.
    init(_ headers: Headers) {
        let sites = headers.all(.secFetchSite)
        if sites.contains(where: { $0.equalsIgnoringCase("cross-site") || $0.equalsIgnoringCase("same-site") }) {
            self = .other
        } else if !sites.isEmpty,
            sites.allSatisfy({ $0.equalsIgnoringCase("same-origin") || $0.equalsIgnoringCase("none") })
        {
            self = .own
        } else {
            self = .unknown
        }
    }
}

extension CrossSiteCheck {
    static let example = refusal(
        origin: Array("https://other.example".utf8)[...], host: Array("shop.example".utf8)[...])

    /// The longest host that a detail shows, in bytes: the longest name of DNS (RFC 1035, section 2.3.4) and a port.
    private static let shownBytesMax = 253 + 6

    /// The refusal. Its detail names both hosts, so that the owner sees which of them a proxy has changed.
    private static func refusal(origin: ArraySlice<UInt8>?, host: ArraySlice<UInt8>?) -> Problem {
        Problem(
            .crossSite,
            """
            The browser says that this comes from another site: the Origin is \(origin.map(shown(origin:)) ?? "missing"), the \
            Host is \(host.map { shown($0) ?? "not readable" } ?? "missing"). If both are yours, have the proxy in front pass \
            on the Host, or add the origin to http.allowed_origins.
            """)
    }

    /// The host and port of an origin, and its scheme if that is neither `http` nor `https`.
    private static func shown(origin: ArraySlice<UInt8>) -> String {
        if origin.equals("null") { return "null" }
        guard let colon = origin.firstIndex(of: UInt8(ascii: ":")), origin[colon...].prefix(3).equals("://"),
            let scheme = shown(origin[..<colon]), let host = shown(origin[(colon + 3)...])
        else { return "not readable" }
        return ["http", "https"].contains(scheme.lowercased()) ? host : "\(host) (\(scheme))"
    }

    /// The text of a host or scheme; `nil` if it is empty, too long, or has characters that hosts and ports do not
    /// have.
    private static func shown(_ bytes: ArraySlice<UInt8>) -> String? {
        guard (1...shownBytesMax).contains(bytes.count),
            bytes.allSatisfy({ byte in
                byte.isDigit || ("a"..."z").contains(Character(Unicode.Scalar(byte.asciiLowercased)))
                    || ".-_:[]".utf8.contains(byte)
            })
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
