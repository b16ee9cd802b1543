import Eventual
import HTTP
import Loyalty
import SignIn
import Storage
import Web

/// The account whose session or key a request presents.
final class StaffIdentity: Sendable {
    let account: StaffAccount
    /// The session; `nil` if the request presents a key.
    let session: SessionID?

    init(_ account: StaffAccount, session: SessionID?) {
        (self.account, self.session) = (account, session)
    }
}

/// Finds the account of the staff whose session or API key a request presents.
///
/// `Authorization: Bearer` presents a session or a key, the cookie a session alone. Tokens of customers are unknown
/// here, as their sessions are in another table.
struct StaffAuthentication: Authenticator {
    static let cookieName = "staff"

    let signIns: StaffSignInService
    let repository: any StaffRepository
    /// True if browsers send the cookie over TLS only, however the request came here.
    let cookieIsSecure: Bool

    /// A cash register presents a key and can't sign in, so it is not told to.
    private static let unknownToken = Problem.unauthorized(
        .signInRequired, "The key is unknown or was removed, or the session has ended.")

    func caller(of request: Request) throws(Problem) -> Eventual<Caller?, Problem> {
        let known = try knownCaller(of: request)
        guard PresentedTokens.header(of: request) != nil else { return known }
        return try known.map { caller throws(Problem) -> Caller? in
            guard let caller else { throw Self.unknownToken }
            return caller
        }
    }

    private func knownCaller(of request: Request) throws(Problem) -> Eventual<Caller?, Problem> {
        do throws(LoyaltyError) {
            guard let token = PresentedTokens.header(of: request) else {
                return try caller(ofOneOf: PresentedTokens.cookies(of: request, named: Self.cookieName)[...]).translated
            }
            guard let id = id(of: token) else { return .now(nil) }
            return try session(id, token).then { caller throws(LoyaltyError) in
                if let caller { return .now(caller) }
                return try key(id, token)
            }.translated
        } catch {
            throw Problem(error)
        }
    }

    /// The person of the first token that names an open session; `nil` if none does.
    private func caller(
        ofOneOf tokens: ArraySlice<ArraySlice<UInt8>>
    ) throws(LoyaltyError) -> Eventual<Caller?, LoyaltyError> {
        guard let token = tokens.first else { return .now(nil) }
        guard let id = id(of: token) else { return try caller(ofOneOf: tokens.dropFirst()) }
        return try session(id, token).then { caller throws(LoyaltyError) in
            if let caller { return .now(caller) }
            return try self.caller(ofOneOf: tokens.dropFirst())
        }
    }

    private func id(of token: ArraySlice<UInt8>) -> SessionID? {
        guard token.count <= PresentedTokens.tokenBytesMax else { return nil }
        return signIns.id(of: SessionToken(text: String(decoding: token, as: UTF8.self)))
    }

    private func session(
        _ id: SessionID, _ token: ArraySlice<UInt8>
    ) throws(LoyaltyError) -> Eventual<Caller?, LoyaltyError> {
        try repository.session(id).map { session in
            guard let session, session.staff.state == .active, signIns.isOpen(session) else { return nil }
            return Caller(StaffIdentity(session.staff, session: id), token)
        }
    }

    private func key(
        _ id: SessionID, _ token: ArraySlice<UInt8>
    ) throws(LoyaltyError) -> Eventual<Caller?, LoyaltyError> {
        try repository.key(id).then { key in
            guard let key, key.state == .active else { return .now(nil) }
            let caller = Caller(StaffIdentity(key, session: nil), token)
            let now = signIns.now
            guard key.needsUseNote(at: now) else { return .now(caller) }
            return .later {
                // A cash register goes on working if the note can't be written.
                try? await repository.noteUse(of: key.id, at: now)
                return caller
            }
        }
    }

    /// The value of `Set-Cookie` for a session. `Strict` keeps the cookie from every request that another site starts.
    func cookie(_ token: String, maxAge: Int64, expires: Timestamp, isSecure: Bool) -> String {
        "\(Self.cookieName)=\(token); Path=/; HttpOnly; SameSite=Strict; Max-Age=\(maxAge); "
            + "Expires=\(expires.imfFixdate)\(cookieIsSecure || isSecure ? "; Secure" : "")"
    }
}

extension Caller {
    fileprivate init(_ identity: StaffIdentity, _ token: ArraySlice<UInt8>) {
        self.init(
            user: identity.account.id.rawValue, revision: nil, token: token, rank: Int(identity.account.role.rawValue),
            account: identity)
    }
}

extension Call {
    /// The account that sent the request. A route for ``Web/Route/Access/everyone`` must not ask for it.
    var staff: StaffIdentity {
        guard let identity = caller.account as? StaffIdentity else {
            preconditionFailure("a caller of the staff API must be of the staff")
        }
        return identity
    }

    /// The segment of the path after `/api/staff/customers/` and the like; `nil` if it is not UTF-8.
    var subject: String? { request.segment(3) }

    /// The customer whose id is in the path; `nil` if it is no id.
    var customer: UserID? {
        guard let subject, case .id(let id)? = UserSelector(id: subject) else { return nil }
        return id
    }

    /// The order number in the path.
    ///
    /// - Throws: ``Loyalty/LoyaltyError/orderNumberInvalid(_:)``.
    func orderNumber() throws(LoyaltyError) -> OrderNumber {
        try WithdrawalService.number(parsing: (subject ?? "-").utf8)
    }
}

extension Route.Access {
    /// Any active account of the staff.
    static let cashier = Self.rank(atLeast: Int(StaffRole.cashier.rawValue))
    static let owner = Self.rank(atLeast: Int(StaffRole.owner.rawValue))
}
