/// Registering, signing in, and knowing who asks.
package struct AccountService {
    private let repository: any Repository
    private let hasher: any PasswordHasher
    private let tokens: any SessionTokens
    private let clock: WallClock
    private let policy: AccountPolicy

    package init(
        repository: any Repository, hasher: any PasswordHasher, tokens: any SessionTokens, policy: AccountPolicy,
        clock: @escaping WallClock
    ) {
        self.repository = repository
        self.hasher = hasher
        self.tokens = tokens
        self.policy = policy
        self.clock = clock
    }

    /// Adds a user and signs them in; throws ``LoyaltyError/malformed(_:)`` or ``LoyaltyError/loginTaken``.
    package func register(login: String, password: String) async throws(LoyaltyError) -> NewSession {
        let login = try Login(login)
        let password = try Password(password, bytesMin: policy.passwordBytesMin)
        // A taken login is refused before the costly hash; the writer decides again, for those who race.
        guard try repository.credentials(of: login) == nil else { throw .loginTaken }
        let hash = try await hasher.hash(password)
        let session = openSession()
        _ = try await repository.addUser(login, passwordHash: hash, session: session, at: clock())
        return session
    }

    /// Signs a user in; throws ``LoyaltyError/malformed(_:)`` or ``LoyaltyError/wrongCredentials``.
    package func signIn(login: String, password: String) async throws(LoyaltyError) -> NewSession {
        let login = try Login(login)
        // A password that is shorter than today's minimum may be older than that minimum.
        let password = try Password(password, bytesMin: 1)
        let credentials = try repository.credentials(of: login)
        let matches = try await hasher.verify(password, against: credentials?.passwordHash)
        // Whom the owner disabled learns it no sooner than anybody learns that a password is wrong.
        guard matches, let credentials, credentials.isEnabled else { throw .wrongCredentials }
        let session = openSession()
        try await repository.addSession(session, of: credentials)
        return session
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
