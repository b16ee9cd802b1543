import Eventual
import HTTP
import JSON
import Loyalty
import SignIn
import Storage
import Web

/// Finds the user whose session a request presents, and hands new sessions to clients.
struct Authentication: Authenticator {
    static let deviceCookieName = "device"
    /// A year. The device cookie has to outlive sessions, as it is there for the sign-in after a session has ended.
    private static let deviceSeconds: Int64 = 365 * 86_400

    private let accounts: AccountService
    private let repository: any Repository
    private let ids = SessionIDCache()
    /// The lifetime of the cookie. The session ends at the same time.
    private let sessionSeconds: Int64
    private let cookieName: String
    /// True if browsers send the cookie over TLS only, however the request came here.
    private let cookieIsSecure: Bool

    init(accounts: AccountService, repository: any Repository, _ settings: GophermartAPI.Settings) {
        (self.accounts, self.repository) = (accounts, repository)
        (sessionSeconds, cookieName) = (settings.sessionSeconds, settings.cookieName)
        cookieIsSecure = settings.cookieIsSecure
    }

    func caller(of request: Request) throws(Problem) -> Eventual<Caller?, Problem> {
        do throws(LoyaltyError) {
            if let token = PresentedTokens.header(of: request) { return try caller(presenting: token).translated }
            return try caller(presentingOneOf: PresentedTokens.cookies(of: request, named: cookieName)[...]).translated
        } catch {
            throw Problem(error)
        }
    }

    /// The user of the first token that names an open session; `nil` if none does.
    private func caller(
        presentingOneOf tokens: ArraySlice<ArraySlice<UInt8>>
    ) throws(LoyaltyError) -> Eventual<Caller?, LoyaltyError> {
        guard let token = tokens.first else { return .now(nil) }
        switch try caller(presenting: token) {
        case .now(let caller):
            if let caller { return .now(caller) }
            return try self.caller(presentingOneOf: tokens.dropFirst())
        case .later(let caller):
            return .later { () async throws(LoyaltyError) in
                if let caller = try await caller() { return caller }
                return try await self.caller(presentingOneOf: tokens.dropFirst()).get()
            }
        }
    }

    private func caller(presenting token: ArraySlice<UInt8>) throws(LoyaltyError) -> Eventual<Caller?, LoyaltyError> {
        // Not `map`, whose closure would be allocated for each request.
        switch try session(presenting: token) {
        case .now(let session): .now(session.map { Caller($0, token) })
        case .later(let session):
            .later { () async throws(LoyaltyError) in try await session().map { Caller($0, token) } }
        }
    }

    /// The session that the token names; `nil` if there is none, or it has ended.
    func session(presenting token: ArraySlice<UInt8>) throws(LoyaltyError) -> Eventual<OpenSession?, LoyaltyError> {
        guard token.count <= PresentedTokens.tokenBytesMax else { return .now(nil) }
        let known = ids.id(of: token)
        let id = known ?? accounts.id(of: SessionToken(text: String(decoding: token, as: UTF8.self)))
        switch try repository.session(id) {
        case .now(let session):
            guard let session, isOpen(session) else { return .now(nil) }
            // Only the ids of open sessions are kept, so that invented tokens can't displace those of others.
            if known == nil { ids.insert(id, of: token) }
            return .now(session)
        case .later(let session):
            return .later { () async throws(LoyaltyError) in
                guard let session = try await session(), isOpen(session) else { return nil }
                if known == nil { ids.insert(id, of: token) }
                return session
            }
        }
    }

    /// Returns true if the session's time has not run out.
    func isOpen(_ session: OpenSession) -> Bool { accounts.isOpen(session) }

    /// The id of the session that the caller presents.
    func sessionID(of caller: Caller) -> SessionID {
        ids.id(of: caller.token) ?? accounts.id(of: SessionToken(text: String(decoding: caller.token, as: UTF8.self)))
    }

    /// The device that the request presents; `nil` if it has no device cookie of the right length.
    func device(of request: Request) -> Device? {
        request.cookies(Self.deviceCookieName, countMax: 1) { $0.count == Device.textBytes }.first.flatMap {
            Device($0)
        }
    }
}

extension Caller {
    fileprivate init(_ session: OpenSession, _ token: ArraySlice<UInt8>) {
        self.init(
            user: session.user.rawValue, revision: session.revision?.rawValue, token: token,
            account: session.balance.map { KnownBalance(balance: $0) })
    }

    /// The points of the caller, if they were read together with the session.
    var knownBalance: Balance? {
        guard let account else { return nil }
        return (account as? KnownBalance)?.balance
    }
}

/// The points of a caller, read after the request arrived.
private final class KnownBalance: Sendable {
    let balance: Balance

    init(balance: Balance) {
        self.balance = balance
    }
}

extension Authentication {
    /// 200 with the session as a cookie, as a field and in the body, and with the device if it is new.
    ///
    /// - Parameter isSecure: true if the client came through TLS.
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

    /// 204, which removes the cookie: a cookie without time left is removed (RFC 6265, section 5.2.2).
    func signedOut(isSecure: Bool) -> Response {
        var response = Response(.noContent)
        response.add(
            "Set-Cookie",
            cookie("", named: cookieName, maxAge: 0, expires: Timestamp(milliseconds: 0), isSecure: isSecure))
        return response
    }

    /// `Expires` and `Max-Age` name the same moment. The JDK's cookie jar takes a cookie without `Expires` for one of
    /// RFC 2965, and sends it back in quotes. Very old browsers know only `Expires`.
    private func cookie(
        _ value: String, named name: String, path: String = "/", maxAge: Int64, expires: Timestamp, isSecure: Bool
    ) -> String {
        let secure = cookieIsSecure || isSecure ? "; Secure" : ""
        return
            "\(name)=\(value); Path=\(path); HttpOnly; SameSite=Lax; Max-Age=\(maxAge); Expires=\(expires.imfFixdate)"
            + secure
    }
}
