import HTTP
import Loyalty

/// How a client shows its session, and how it is handed one.
struct Authentication {
    /// Longer than any token of ours; more is not worth looking up.
    private static let tokenBytesMax = 128
    /// A year: a device is to outlive sessions, as it is there for when they have ended.
    private static let deviceSeconds: Int64 = 365 * 86_400

    let accounts: AccountService
    /// How long the cookie is kept; the session ends then too.
    let sessionSeconds: Int64
    /// Whether a browser sends the cookie over TLS only, however it came here.
    let cookieIsSecure: Bool
    let versions: any ReadVersions
    let cache: SessionCache

    /// The user who asks. Where a request shows both a header and a cookie, the header counts (RFC 6750, section 2.1).
    func user(of request: Request) throws(LoyaltyError) -> UserID? {
        guard let token = Self.token(of: request) else { return nil }
        return try user(showing: token)
    }

    /// The user whose session the token names; nil where there is none, or it has ended.
    func user(showing text: ArraySlice<UInt8>) throws(LoyaltyError) -> UserID? {
        guard text.count <= Self.tokenBytesMax else { return nil }
        if let session = cache.session(of: text), accounts.isOpen(session) { return session.user }
        let version = versions.version
        let token = SessionToken(text: String(decoding: text, as: UTF8.self))
        guard let session = try accounts.session(of: token) else { return nil }
        cache.insert(session, of: text, version: version)
        return session.user
    }

    /// The session by which a request's user was found.
    func sessionID(shownBy request: Request) -> SessionID {
        guard let text = Self.token(of: request) else { preconditionFailure("a user is found by a session") }
        return accounts.id(of: SessionToken(text: String(decoding: text, as: UTF8.self)))
    }

    /// 200, with the session as a cookie and as a header, and with the device where it is new. `isSecure` says that the client
    /// came through TLS.
    func signedIn(_ signedIn: SignedIn, isSecure: Bool) -> Response {
        var response = Response(.ok)
        let token = signedIn.session.token.text
        response.add("Set-Cookie", cookie(token, maxAge: sessionSeconds, isSecure: isSecure))
        if let device = signedIn.newDevice {
            response.add(
                "Set-Cookie",
                cookie(device.text, named: "device", path: "/api/user", maxAge: Self.deviceSeconds, isSecure: isSecure))
        }
        response.add("Authorization", "Bearer \(token)")
        response.add("Cache-Control", "no-store")
        return response
    }

    /// 204, and no cookie any more: one without time left is removed (RFC 6265, section 5.2.2).
    func signedOut(isSecure: Bool) -> Response {
        var response = Response(.noContent)
        response.add("Set-Cookie", cookie("", maxAge: 0, isSecure: isSecure))
        response.add("Cache-Control", "no-store")
        return response
    }

    private func cookie(
        _ value: String, named name: String = "session", path: String = "/", maxAge: Int64, isSecure: Bool
    ) -> String {
        let secure = cookieIsSecure || isSecure ? "; Secure" : ""
        return "\(name)=\(value); Path=\(path); HttpOnly; SameSite=Lax; Max-Age=\(maxAge)\(secure)"
    }

    static func token(of request: Request) -> ArraySlice<UInt8>? {
        guard let authorization = request.headers["authorization"] else { return request.cookie("session") }
        guard let space = authorization.firstIndex(of: 0x20), authorization[..<space].equalsIgnoringCase("bearer")
        else { return nil }
        return authorization[space...].trimmed
    }
}
