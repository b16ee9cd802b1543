import Loyalty
import Storage

/// Registering, signing in and out, changing the password, and knowing who asks.
package struct AccountService {
    private let repository: any Repository
    private let hasher: any PasswordHasher
    private let tokens: any SessionTokens
    private let clock: WallClock
    private let policy: AccountPolicy
    private let throttle: AccountThrottle

    package init(
        repository: any Repository, hasher: any PasswordHasher, tokens: any SessionTokens, policy: AccountPolicy,
        throttle: AccountThrottle, clock: @escaping WallClock
    ) {
        self.repository = repository
        self.hasher = hasher
        self.tokens = tokens
        self.policy = policy
        self.throttle = throttle
        self.clock = clock
    }

    /// Adds a user and signs them in; throws ``LoyaltyError/malformed(_:)``, ``LoyaltyError/loginTaken``,
    /// ``LoyaltyError/tooManyRegistrations(retryAfterSeconds:)`` or ``LoyaltyError/overloaded(retryAfterSeconds:)``.
    package func register(
        login: String, password: String, from network: ClientNetwork
    ) async throws(LoyaltyError) -> SignedIn {
        let login = try Login(login)
        let password = try Password(password, bytesMin: policy.passwordBytesMin)
        let turn = HashingTurn(source: .network(network), network: network, isKnown: false)
        let hash = try await throttle.hashing(from: turn.source) { () async throws(LoyaltyError) -> PasswordHash in
            // Those of taken logins count, too, as they tell who has an account here.
            try throttle.countRegistration(from: network)
            // A taken login is refused before the costly hash; the writer decides again, for those who race.
            guard try repository.credentials(of: login) == nil else { throw .loginTaken }
            return try await hasher.hash(password, in: turn)
        }
        let device = tokens.makeDevice()
        let session = openSession(from: network, on: device)
        _ = try await repository.addUser(login, passwordHash: hash, session: session, at: clock())
        throttle.remember(login, from: network, on: device)
        return SignedIn(session: session, newDevice: device)
    }

    /// Signs a user in; throws ``LoyaltyError/malformed(_:)``, ``LoyaltyError/wrongCredentials``,
    /// ``LoyaltyError/tooManyFailures(retryAfterSeconds:)`` or ``LoyaltyError/overloaded(retryAfterSeconds:)``.
    ///
    /// - Parameter device: what the client shows as such, known for the login or not.
    package func signIn(
        login: String, password: String, from network: ClientNetwork, showing device: Device?
    ) async throws(LoyaltyError) -> SignedIn {
        let login = try Login(login)
        // A password that is shorter than today's minimum may be older than that minimum.
        let password = try Password(password, bytesMin: 1)
        let turn = try turn(of: login, from: network, showing: device)
        let credentials = try await throttle.hashing(from: turn.source) {
            () async throws(LoyaltyError) -> Credentials? in
            try await self.credentials(of: login, password, in: turn)
        }
        guard let credentials else { throw .wrongCredentials }
        let device = turn.source.device ?? tokens.makeDevice()
        let session = openSession(from: network, on: device)
        try await repository.addSession(session, of: credentials)
        throttle.remember(login, from: network, on: device)
        return SignedIn(session: session, newDevice: turn.source.device == nil ? device : nil)
    }

    /// The place in the queue of a login that shows a device, or none. What the database knows about the login is looked up
    /// each time: so it holds after a restart, and whatever other logins do to the throttle's memory.
    private func turn(
        of login: Login, from network: ClientNetwork, showing device: Device?
    ) throws(LoyaltyError) -> HashingTurn {
        let networkPlace = SignInPlace(network)
        let devicePlace = device.map { tokens.place(of: $0) }
        let known = try repository.signInPlaces(of: login, among: [networkPlace] + (devicePlace.map { [$0] } ?? []))
        return throttle.turn(
            of: login, from: network, isKnown: known.contains(networkPlace),
            showing: device, isKnown: devicePlace.map { known.contains($0) } ?? false)
    }

    /// Ends a session, which is then nobody's any more on any event loop.
    package func signOut(_ session: SessionID) async throws(LoyaltyError) {
        try await repository.removeSession(session)
    }

    /// Replaces a user's password and ends all sessions of theirs but this one, in one step. Of the places from which they signed
    /// in, those of this request alone stay known: others may be those of a thief.
    ///
    /// Wrong passwords count for the session too, so that a thief of one can't guess from many networks.
    ///
    /// Throws ``LoyaltyError/malformed(_:)``, ``LoyaltyError/wrongCurrentPassword``,
    /// ``LoyaltyError/tooManyFailures(retryAfterSeconds:)`` or ``LoyaltyError/overloaded(retryAfterSeconds:)``.
    package func changePassword(
        of user: UserID, from current: String, to new: String, keeping session: SessionID,
        from network: ClientNetwork, showing device: Device?
    ) async throws(LoyaltyError) {
        let current = try Password(current, bytesMin: 1)
        let new = try Password(new, bytesMin: policy.passwordBytesMin)
        guard let login = try repository.profile(of: user)?.login else { throw .wrongCurrentPassword }
        let turn = try turn(of: login, from: network, showing: device)
        let (credentials, hash) = try await throttle.hashing(from: turn.source) {
            () async throws(LoyaltyError) -> (Credentials, PasswordHash) in
            var credentials: Credentials?
            _ = try await throttle.verifying(login, from: .session(session)) { () async throws(LoyaltyError) in
                credentials = try await self.credentials(of: login, current, in: turn)
                return credentials != nil
            }
            guard let credentials else { throw .wrongCurrentPassword }
            return (credentials, try await hasher.hash(new, in: turn))
        }
        let places = [SignInPlace(network)] + (turn.source.device.map { [tokens.place(of: $0)] } ?? [])
        try await repository.changePassword(of: credentials, to: hash, keeping: session, places: places)
    }

    /// Nil where the password is not the login's, or nobody's, or the user is disabled.
    private func credentials(
        of login: Login, _ password: Password, in turn: HashingTurn
    ) async throws(LoyaltyError) -> Credentials? {
        var credentials: Credentials?
        let matches = try await throttle.verifying(login, from: turn.source) { () async throws(LoyaltyError) in
            credentials = try repository.credentials(of: login)
            let matches = try await hasher.verify(password, against: credentials?.passwordHash, in: turn)
            // Whom the owner disabled learns it no sooner than anybody learns that a password is wrong.
            return matches && credentials?.isEnabled ?? false
        }
        return matches ? credentials : nil
    }

    /// The name under which the session of a token is kept.
    package func id(of token: SessionToken) -> SessionID {
        tokens.id(of: token)
    }

    /// The session that the token names; nil where there is none or it has ended.
    package func session(of token: SessionToken) throws(LoyaltyError) -> OpenSession? {
        let session = try repository.session(tokens.id(of: token))
        return session.flatMap { isOpen($0) ? $0 : nil }
    }

    /// Whether the session has not ended by now.
    package func isOpen(_ session: OpenSession) -> Bool {
        clock() < session.expiresAt
    }

    package var now: Timestamp { clock() }

    /// What the user is called, and since when.
    package func profile(of user: UserID) throws(LoyaltyError) -> UserProfile {
        // The user was erased after the session was looked up. Asking again finds the session gone as well.
        guard let profile = try repository.profile(of: user) else { throw .unavailable(retryAfterSeconds: 1) }
        return profile
    }

    private func openSession(from network: ClientNetwork, on device: Device) -> NewSession {
        let token = tokens.makeToken()
        let now = clock()
        return NewSession(
            token: token, id: tokens.id(of: token),
            expiresAt: now.advanced(byMilliseconds: policy.sessionSeconds * 1000),
            perUserMax: policy.sessionsPerUserMax,
            origin: SignInOrigin(network: SignInPlace(network), device: tokens.place(of: device), at: now))
    }
}

/// What an owner may set about accounts.
package struct AccountPolicy: Sendable {
    package let passwordBytesMin: Int
    /// How long a session lasts.
    package let sessionSeconds: Int64
    /// Open sessions of one user.
    package let sessionsPerUserMax: Int

    package init(
        passwordBytesMin: Int, sessionSeconds: Int64, sessionsPerUserMax: Int = NewSession.perUserMaxDefault
    ) {
        precondition(sessionSeconds > 0 && sessionSeconds <= Int64(Int32.max), "sessions end, and within 68 years")
        self.passwordBytesMin = passwordBytesMin
        self.sessionSeconds = sessionSeconds
        self.sessionsPerUserMax = sessionsPerUserMax
    }
}
