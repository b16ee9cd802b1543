import Loyalty
import SQLite

extension SQLiteRepository {
    package func session(_ id: SessionID) throws(LoyaltyError) -> OpenSession? {
        try reader.read { database throws(SQLiteError) in
            try database.first("SELECT user_id, expires_at FROM sessions WHERE token_hash = ?", id.bytes) { row in
                OpenSession(
                    user: UserID(rawValue: row.integer(0)), expiresAt: Timestamp(milliseconds: row.integer(1)))
            }
        }
    }

    package func credentials(of login: Login) throws(LoyaltyError) -> Credentials? {
        try reader.read { database throws(SQLiteError) in
            try database.first("SELECT id, password_hash, state FROM users WHERE login = ?", login.text) { row in
                Credentials(
                    user: UserID(rawValue: row.integer(0)), passwordHash: PasswordHash(text: row.text(1)),
                    isEnabled: row.integer(2) == UserAccount.State.active.rawValue)
            }
        }
    }

    package func addUser(
        _ login: Login, passwordHash: PasswordHash, session: NewSession, at now: Timestamp
    ) async throws(LoyaltyError) -> UserID {
        let user = try await write { transaction throws(SQLiteError) in
            try transaction.addUser(login, passwordHash: passwordHash, session: session, at: now)
        }
        guard let user else { throw .loginTaken }
        return user
    }

    package func addSession(_ session: NewSession, of credentials: Credentials) async throws(LoyaltyError) {
        let now = clock()
        let isAdded = try await write { transaction throws(SQLiteError) in
            // While the password was hashed, the owner may have disabled or deleted the user, or set another password.
            guard try transaction.areGood(credentials) else { return false }
            try transaction.addSession(session, of: credentials.user, at: now)
            return true
        }
        guard isAdded else { throw .wrongCredentials }
    }
}

extension WriteTransaction {
    /// Expired sessions that each new one sweeps out, whoever's they are. More than one, so that the table shrinks to those
    /// still good; few, so that no sign-in pays for a quiet month.
    static let sessionsSweptMax: Int64 = 16

    /// Nil where the login is taken.
    func addUser(
        _ login: Login, passwordHash: PasswordHash, session: NewSession, at now: Timestamp
    ) throws(SQLiteError) -> UserID? {
        guard let user = try addUser(login, passwordHash: passwordHash, at: now) else { return nil }
        try addSession(session, of: user, at: now)
        return user
    }

    /// Adds a user who has no session yet; nil where the login is taken.
    package func addUser(_ login: Login, passwordHash: PasswordHash, at now: Timestamp) throws(SQLiteError) -> UserID? {
        let added = try run(
            "INSERT INTO users (login, password_hash, created_at) VALUES (?, ?, ?) ON CONFLICT (login) DO NOTHING",
            login.text, passwordHash.text, now.milliseconds)
        guard added == 1 else { return nil }
        let user = UserID(rawValue: lastInsertedID)
        try run("INSERT INTO balances (user_id) VALUES (?)", user.rawValue)
        return user
    }

    fileprivate func areGood(_ credentials: Credentials) throws(SQLiteError) -> Bool {
        try first(
            "SELECT 1 FROM users WHERE id = ? AND password_hash = ? AND state = ?", credentials.user.rawValue,
            credentials.passwordHash.text, UserAccount.State.active.rawValue
        ) { _ in true } ?? false
    }

    func addSession(_ session: NewSession, of user: UserID, at now: Timestamp) throws(SQLiteError) {
        try run(
            """
            DELETE FROM sessions WHERE token_hash IN
                (SELECT token_hash FROM sessions WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)
            """, now.milliseconds, Self.sessionsSweptMax)
        try run(
            "INSERT INTO sessions (token_hash, user_id, expires_at) VALUES (?, ?, ?)",
            session.id.bytes, user.rawValue, session.expiresAt.milliseconds)
    }
}
