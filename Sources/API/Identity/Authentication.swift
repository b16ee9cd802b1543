import HTTP
import JSON
import Loyalty
import SignIn
import Storage
import Web

/// How a client presents its session, and how it is given one.
struct Authentication {
    static let deviceCookieName = "device"
    /// A year: a device is to outlive sessions, as it is there for when they have ended.
    private static let deviceSeconds: Int64 = 365 * 86_400

    /// The session that a request was found to have.
    struct Shown {
        let user: UserID
        let token: ArraySlice<UInt8>
    }

    let accounts: AccountService
    /// How long the cookie is kept; the session ends then too.
    let sessionSeconds: Int64
    let cookieName: String
    /// Whether a browser sends the cookie over TLS only, however it came here.
    let cookieIsSecure: Bool
    let versions: any ReadVersions
    let cache: SessionCache

    /// The first of the presented tokens that names an open session; `nil` if none does.
    func session(of request: Request) throws(LoyaltyError) -> Shown? {
        if let token = PresentedTokens.header(of: request) { return try session(showing: token) }
        for token in PresentedTokens.cookies(of: request, named: cookieName) {
            if let session = try session(showing: token) { return session }
        }
        return nil
    }

    private func session(showing token: ArraySlice<UInt8>) throws(LoyaltyError) -> Shown? {
        try user(showing: token).map { Shown(user: $0, token: token) }
    }

    /// The user whose session the token names; `nil` if there is none, or it has ended.
    func user(showing text: ArraySlice<UInt8>) throws(LoyaltyError) -> UserID? {
        guard text.count <= PresentedTokens.tokenBytesMax else { return nil }
        if let session = cache.session(of: text), accounts.isOpen(session) { return session.user }
        let version = versions.version
        let token = SessionToken(text: String(decoding: text, as: UTF8.self))
        guard let session = try accounts.session(of: token) else { return nil }
        cache.insert(session, of: text, version: version)
        return session.user
    }

    /// The device that the request presents; `nil` if none of its device cookies has the length of one.
    func device(of request: Request) -> Device? {
        request.cookies(Self.deviceCookieName, countMax: 1) { $0.count == Device.textBytes }.first.flatMap {
            Device($0)
        }
    }

    func sessionID(of shown: Shown) -> SessionID {
        accounts.id(of: SessionToken(text: String(decoding: shown.token, as: UTF8.self)))
    }

    /// 200, with the session as a cookie, as a header and in the body, and with the device if it is new.
    ///
    /// - Parameter isSecure: whether the client came through TLS.
    func signedIn(_ signedIn: SignedIn, isSecure: Bool) -> Response {
        let token = signedIn.session.token.text
        var writer = JSONWriter(reserving: 64)
        writer.object { writer in
            writer.name("token")
            writer.string(token)
        }
        var response = Response(.ok, contentType: "application/json", .bytes(writer.bytes))
        response.add(
            "Set-Cookie",
            cookie(
                token, named: cookieName, maxAge: sessionSeconds, expires: signedIn.session.expiresAt,
                isSecure: isSecure))
        if let device = signedIn.newDevice {
            response.add(
                "Set-Cookie",
                cookie(
                    device.text, named: Self.deviceCookieName, path: "/api/user", maxAge: Self.deviceSeconds,
                    expires: accounts.now.advanced(byMilliseconds: Self.deviceSeconds * 1000), isSecure: isSecure))
        }
        response.add("Authorization", "Bearer \(token)")
        return response
    }

    /// 204, and no cookie any more: one without time left is removed (RFC 6265, section 5.2.2).
    func signedOut(isSecure: Bool) -> Response {
        var response = Response(.noContent)
        response.add(
            "Set-Cookie",
            cookie("", named: cookieName, maxAge: 0, expires: Timestamp(milliseconds: 0), isSecure: isSecure))
        return response
    }

    /// `Expires` says the same as `Max-Age`. The JDK's cookie jar takes a cookie without it for one of RFC 2965, and sends it
    /// back in quotes; very old browsers know `Expires` alone.
    private func cookie(
        _ value: String, named name: String, path: String = "/", maxAge: Int64, expires: Timestamp, isSecure: Bool
    ) -> String {
        let secure = cookieIsSecure || isSecure ? "; Secure" : ""
        return
            "\(name)=\(value); Path=\(path); HttpOnly; SameSite=Lax; Max-Age=\(maxAge); Expires=\(expires.imfFixdate)"
            + secure
    }
}
