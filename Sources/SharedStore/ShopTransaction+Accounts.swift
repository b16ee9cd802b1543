import Loyalty
import Posix
import Storage

/// Customers, their passwords and their sessions.
extension ShopTransaction {
    /// Adds a user and opens the first session. Returns `nil` if the login is taken.
    package func addUser(
        _ login: Login, passwordHash: PasswordHash, session: NewSession, at now: Timestamp
    ) throws(Failure) -> UserID? {
        guard let user = try addUser(login, passwordHash: passwordHash, at: now) else { return nil }
        let hasSession = try addSession(session, of: Credentials(user: user, passwordHash: passwordHash))
        precondition(hasSession, "a session of a user who was added in the same transaction must be accepted")
        return user
    }

    /// Adds a user who has no session yet. Returns `nil` if the login is taken.
    package func addUser(_ login: Login, passwordHash: PasswordHash, at now: Timestamp) throws(Failure) -> UserID? {
        let added = try first(
            """
            INSERT INTO users (login, password_hash, created_at) VALUES (?, ?, ?) ON CONFLICT (login) DO NOTHING
            RETURNING id
            """, login.text, passwordHash.text, now.milliseconds
        ) { row in UserID(rawValue: row.integer(0)) }
        guard let user = added else { return nil }
        try run("INSERT INTO balances (user_id) VALUES (?)", user.rawValue)
        figures.noteCustomer(at: now)
        return user
    }

    /// Returns false if the password was changed meanwhile, or the user was disabled.
    ///
    /// - Parameter hash: another hash of the same password, which replaces the stored one.
    package func addSession(
        _ session: NewSession, of credentials: Credentials, replacingHashBy hash: PasswordHash? = nil
    ) throws(Failure) -> Bool {
        try lock(credentials.user)
        let isAdded =
            try run(
                """
                INSERT INTO sessions (token_hash, user_id, expires_at)
                SELECT ?, id, ? FROM users WHERE id = ? AND password_hash = ? AND state = ?
                """, session.id.bytes, session.expiresAt.milliseconds, credentials.user.rawValue,
                credentials.passwordHash.text, UserAccount.State.active.rawValue) == 1
        guard isAdded else { return false }
        if let hash {
            try run("UPDATE users SET password_hash = ? WHERE id = ?", hash.text, credentials.user.rawValue)
        }
        try trimSessions(of: credentials.user, keeping: session)
        if let origin = session.origin { try remember(origin, of: credentials.user) }
        return true
    }

    /// Returns false if the password was changed meanwhile, or the user was disabled.
    package func changePassword(
        of credentials: Credentials, to hash: PasswordHash, keeping session: SessionID, places: [SignInPlace]
    ) throws(Failure) -> Bool {
        let user = credentials.user.rawValue
        try lock(credentials.user)
        let changed = try run(
            "UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ? AND state = ?", hash.text, user,
            credentials.passwordHash.text, UserAccount.State.active.rawValue)
        guard changed == 1 else { return false }
        noteEnds(
            of: try all(
                "DELETE FROM sessions WHERE user_id = ? AND token_hash <> ? RETURNING user_id, expires_at", user,
                session.bytes
            ) { row in EndedSession(row) })
        try forgetPlaces(of: credentials.user, except: places)
        return true
    }

    package func removeSession(_ id: SessionID) throws(Failure) {
        noteEnds(
            of: try all("DELETE FROM sessions WHERE token_hash = ? RETURNING user_id, expires_at", id.bytes) { row in
                EndedSession(row)
            })
    }

    /// Notes sessions that were ended before their time.
    func noteEnds(of sessions: [EndedSession]) {
        let now = SystemClock.wallMilliseconds()
        for session in sessions where session.expiresAt > now { noteEndedSessions(of: session.user) }
    }
}

/// A session that was removed.
struct EndedSession {
    let user: UserID
    /// In milliseconds since 1970.
    let expiresAt: Int64

    /// From a statement that returns `user_id` and `expires_at`.
    init(_ row: SQLRow) {
        (user, expiresAt) = (UserID(rawValue: row.integer(0)), row.integer(1))
    }
}
