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
        let source = AttemptSource.network(network)
        let hash = try await throttle.hashing(from: source) { () async throws(LoyaltyError) -> PasswordHash in
            // Those of taken logins count, too, as they tell who has an account here.
            try throttle.countRegistration(from: network)
            // A taken login is refused before the costly hash; the writer decides again, for those who race.
            guard try repository.credentials(of: login) == nil else { throw .loginTaken }
            return try await hasher.hash(password, from: source)
        }
        let session = openSession()
        _ = try await repository.addUser(login, passwordHash: hash, session: session, at: clock())
        return signedIn(session, of: login, from: network, on: nil)
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
        let source = throttle.source(of: login, from: network, showing: device)
        let credentials = try await throttle.hashing(from: source) { () async throws(LoyaltyError) -> Credentials? in
            try await self.credentials(of: login, password, from: source)
        }
        guard let credentials else { throw .wrongCredentials }
        let session = openSession()
        try await repository.addSession(session, of: credentials)
        return signedIn(session, of: login, from: network, on: source.device)
    }

    private func signedIn(
        _ session: NewSession, of login: Login, from network: ClientNetwork, on known: Device?
    ) -> SignedIn {
        let device = known ?? tokens.makeDevice()
        throttle.remember(login, from: network, on: device)
        return SignedIn(session: session, newDevice: known == nil ? device : nil)
    }

    /// Ends a session, which is then nobody's any more on any event loop.
    package func signOut(_ session: SessionID) async throws(LoyaltyError) {
        try await repository.removeSession(session)
    }

    /// Replaces a user's password and ends all sessions of theirs but this one, in one step.
    ///
    /// Throws ``LoyaltyError/malformed(_:)``, ``LoyaltyError/wrongCurrentPassword``,
    /// ``LoyaltyError/tooManyFailures(retryAfterSeconds:)`` or ``LoyaltyError/overloaded(retryAfterSeconds:)``.
    package func changePassword(
        of user: UserID, from current: String, to new: String, keeping session: SessionID,
        from network: ClientNetwork
    ) async throws(LoyaltyError) {
        let current = try Password(current, bytesMin: 1)
        let new = try Password(new, bytesMin: policy.passwordBytesMin)
        let source = AttemptSource.network(network)
        let (credentials, hash) = try await throttle.hashing(from: source) {
            () async throws(LoyaltyError) -> (Credentials, PasswordHash) in
            guard let login = try repository.profile(of: user)?.login,
                let credentials = try await self.credentials(of: login, current, from: source)
            else { throw .wrongCurrentPassword }
            return (credentials, try await hasher.hash(new, from: source))
        }
        try await repository.changePassword(of: credentials, to: hash, keeping: session)
    }

    /// Nil where the password is not the login's, or nobody's, or the user is disabled.
    private func credentials(
        of login: Login, _ password: Password, from source: AttemptSource
    ) async throws(LoyaltyError) -> Credentials? {
        var credentials: Credentials?
        let matches = try await throttle.verifying(login, from: source) { () async throws(LoyaltyError) in
            credentials = try repository.credentials(of: login)
            let matches = try await hasher.verify(password, against: credentials?.passwordHash, from: source)
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

    private func openSession() -> NewSession {
        let token = tokens.makeToken()
        let expiresAt = clock().advanced(byMilliseconds: policy.sessionSeconds * 1000)
        return NewSession(token: token, id: tokens.id(of: token), expiresAt: expiresAt)
    }
}

/// What an owner may set about accounts.
package struct AccountPolicy: Sendable {
    package let passwordBytesMin: Int
    /// How long a session lasts.
    package let sessionSeconds: Int64

    package init(passwordBytesMin: Int, sessionSeconds: Int64) {
        precondition(sessionSeconds > 0 && sessionSeconds <= Int64(Int32.max), "sessions end, and within 68 years")
        self.passwordBytesMin = passwordBytesMin
        self.sessionSeconds = sessionSeconds
    }
}
