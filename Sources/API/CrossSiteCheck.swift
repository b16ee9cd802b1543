import HTTP

/// Refuses what a browser was led to send from another site (OWASP, "Cross-Site Request Forgery Prevention").
struct CrossSiteCheck {
    /// Origins that may, as browsers write them: `https://shop.example`.
    let allowedOrigins: [String]

    /// Whether the request may change something. One that shows `Authorization` and no cookie was not made by a browser
    /// on its own.
    func allows(_ request: Request) -> Bool {
        guard request.method == .post || request.method == .delete else { return true }
        if request.headers["authorization"] != nil, request.headers["cookie"] == nil { return true }
        let origins = request.headers.all("origin")
        if let origin = origins.first, origins.count == 1, isAllowed(origin) { return true }
        let sites = request.headers.all("sec-fetch-site")
        if sites.contains(where: { $0.equalsIgnoringCase("cross-site") || $0.equalsIgnoringCase("same-site") }) {
            return false
        }
        return origins.allSatisfy { Self.isOwn($0, host: request.host) }
    }

    private func isAllowed(_ origin: ArraySlice<UInt8>) -> Bool {
        allowedOrigins.contains { origin.equalsIgnoringCase($0.lowercased()) }
    }

    /// Whether the origin's host and port are those the request was sent to. The scheme's own port may stand there or not;
    /// the scheme itself is not compared, since a proxy may have ended TLS.
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
