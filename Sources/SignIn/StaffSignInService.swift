import Loyalty
import Storage

/// Signs the staff in and out, changes their passwords, and makes passwords and tokens for others.
///
/// Attempts take the same steps as those of customers (``AccountService``), with counters of their own: a customer who
/// forgot a password delays no cashier. A member of the staff has no known places, so each attempt counts as a
/// stranger's.
package struct StaffSignInService {
    /// A working day, after which the staff signs in again.
    package static let sessionSeconds: Int64 = 12 * 3600
    /// The characters of a generated password: 128 random bits and more.
    private static let generatedPasswordLength = 22

    private let repository: any StaffRepository
    private let hasher: any PasswordHasher
    package let tokens: any SessionTokens
    private let clock: WallClock
    private let policy: AccountPolicy
    private let throttle: AccountThrottle

    /// - Parameter throttle: not that of the customers.
    package init(
        repository: any StaffRepository, hasher: any PasswordHasher, tokens: any SessionTokens, policy: AccountPolicy,
        throttle: AccountThrottle, clock: @escaping WallClock
    ) {
        self.repository = repository
        self.hasher = hasher
        self.tokens = tokens
        self.policy = policy
        self.throttle = throttle
        self.clock = clock
    }

    /// Signs a person in.
    ///
    /// - Parameter address: the client's, for the record of actions.
    /// - Throws: ``LoyaltyError/malformed(_:)``, ``LoyaltyError/wrongCredentials``,
    ///   ``LoyaltyError/tooManyFailures(retryAfterSeconds:)`` or ``LoyaltyError/overloaded(retryAfterSeconds:)``.
    package func signIn(
        name: String, password: String, from network: ClientNetwork, at address: String
    ) async throws(LoyaltyError) -> (session: NewSession, staff: StaffAccount) {
        let name = try StaffName(name)
        let password = try Password(password, bytesMin: 1)
        let turn = HashingTurn(source: .network(network), network: network, isKnown: false)
        let credentials = try await throttle.hashing(from: turn.source) {
            () async throws(LoyaltyError) -> StaffCredentials? in
            try await self.credentials(of: name, password, countedFrom: turn.source, in: turn)
        }
        guard let credentials else { throw .wrongCredentials }
        let token = tokens.makeToken()
        let now = clock()
        let session = NewSession(
            token: token, id: tokens.id(of: token),
            expiresAt: now.advanced(byMilliseconds: Self.sessionSeconds * 1000),
            perUserMax: policy.sessionsPerUserMax)
        try await repository.addSession(session, of: credentials, from: address, at: now)
        return (session, credentials.staff)
    }

    package func signOut(_ session: SessionID, at address: String) async throws(LoyaltyError) {
        try await repository.removeSession(session, from: address, at: clock())
    }

    /// Replaces a person's password, and ends all of their sessions but one. Wrong passwords are also counted for the
    /// session, so that its thief can't guess the password from many networks.
    ///
    /// - Throws: ``LoyaltyError/malformed(_:)``, ``LoyaltyError/wrongCurrentPassword``,
    ///   ``LoyaltyError/tooManyFailures(retryAfterSeconds:)`` or ``LoyaltyError/overloaded(retryAfterSeconds:)``.
    package func changePassword(
        of staff: StaffAccount, from current: String, to new: String, keeping session: SessionID,
        from network: ClientNetwork, at address: String
    ) async throws(LoyaltyError) {
        let name = try StaffName(staff.name)
        let current = try Password(current, bytesMin: 1)
        let new = try Password(new, bytesMin: policy.passwordBytesMin)
        let turn = HashingTurn(source: .network(network), network: network, isKnown: true)
        let (credentials, hash) = try await throttle.hashing(from: turn.source) {
            () async throws(LoyaltyError) -> (StaffCredentials, PasswordHash) in
            let credentials = try await self.credentials(
                of: name, current, countedFrom: .session(session), in: turn)
            guard let credentials else { throw .wrongCurrentPassword }
            return (credentials, try await hasher.hash(new, in: turn))
        }
        try await repository.changePassword(of: credentials, to: hash, keeping: session, from: address, at: clock())
    }

    /// The credentials of a person who knows the password; `nil` if there is none, or if the person is disabled.
    private func credentials(
        of name: StaffName, _ password: Password, countedFrom source: AttemptSource, in turn: HashingTurn
    ) async throws(LoyaltyError) -> StaffCredentials? {
        var credentials: StaffCredentials?
        let matches = try await throttle.verifying(try Login(name.text), from: source, isKnown: false) {
            () async throws(LoyaltyError) in
            credentials = try await repository.credentials(of: name).get()
            let matches = try await hasher.verify(password, against: credentials?.passwordHash, in: turn)
            // The check follows the hash, so that a disabled person gets an answer no sooner than one with a wrong
            // password.
            return matches && credentials?.staff.state == .active
        }
        return matches ? credentials : nil
    }

    /// Makes a password for a new account, and hashes it. Its client has a session already.
    ///
    /// - Parameter chosen: the password; `nil` for a generated one.
    package func makePassword(
        _ chosen: String? = nil, from network: ClientNetwork
    ) async throws(LoyaltyError) -> (text: String, hash: PasswordHash) {
        let text = chosen ?? String(tokens.makeToken().text.prefix(Self.generatedPasswordLength))
        let password = try Password(text, bytesMin: chosen == nil ? 1 : policy.passwordBytesMin)
        let turn = HashingTurn(source: .network(network), network: network, isKnown: true)
        let hash = try await throttle.hashing(from: turn.source) { () async throws(LoyaltyError) -> PasswordHash in
            try await hasher.hash(password, in: turn)
        }
        return (text, hash)
    }

    /// Makes the token of an API key.
    package func makeToken() -> (token: SessionToken, id: SessionID) {
        let token = tokens.makeToken()
        return (token, tokens.id(of: token))
    }

    /// The id under which the session or key of a token is stored.
    package func id(of token: SessionToken) -> SessionID { tokens.id(of: token) }

    /// Returns true if the session's time has not run out.
    package func isOpen(_ session: StaffSession) -> Bool { clock() < session.expiresAt }

    package var now: Timestamp { clock() }
}
