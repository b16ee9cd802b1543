import Eventual
import Loyalty
import SQLite
import Storage

extension SQLiteRepository {
    func session(_ id: SessionID) throws(LoyaltyError) -> Eventual<OpenSession?, LoyaltyError> {
        if let session = sessions.session(id), reader.revision(of: session.user) == session.revision {
            return .now(session)
        }
        let found = try reader.read { database throws(SQLiteError) in
            try database.first("SELECT user_id, expires_at FROM sessions WHERE token_hash = ?", id.bytes) { row in
                (UserID(rawValue: row.integer(0)), Timestamp(milliseconds: row.integer(1)))
            }
        }
        guard let (user, expiresAt) = found else { return .now(nil) }
        // A revision of this batch: the row that was read belongs to it.
        let session = OpenSession(user: user, expiresAt: expiresAt, revision: reader.revision(of: user))
        if session.revision != nil { sessions.insert(session, id) }
        return .now(session)
    }

    func credentials(of login: Login) throws(LoyaltyError) -> Eventual<Credentials?, LoyaltyError> {
        let credentials = try reader.read { database throws(SQLiteError) in
            try database.first("SELECT id, password_hash, state FROM users WHERE login = ?", login.text) { row in
                Credentials(
                    user: UserID(rawValue: row.integer(0)), passwordHash: PasswordHash(text: row.text(1)),
                    isEnabled: row.integer(2) == UserAccount.State.active.rawValue)
            }
        }
        return .now(credentials)
    }

    func signInPlaces(
        of login: Login, among places: [SignInPlace]
    ) throws(LoyaltyError) -> Eventual<[SignInPlace], LoyaltyError> {
        let known = try reader.read { database throws(SQLiteError) in
            var known: [SignInPlace] = []
            for place in places {
                let isKnown = try database.first(
                    """
                    SELECT 1 FROM sign_in_places WHERE user_id = (SELECT id FROM users WHERE login = ?) AND place = ?
                    """, login.text, place.bytes
                ) { _ in true }
                if isKnown ?? false { known.append(place) }
            }
            return known
        }
        return .now(known)
    }

    func profile(of user: UserID) throws(LoyaltyError) -> Eventual<UserProfile?, LoyaltyError> {
        let found = try reader.read { database throws(SQLiteError) in
            try database.first("SELECT login, created_at FROM users WHERE id = ?", user.rawValue) { row in
                (row.text(0), Timestamp(milliseconds: row.integer(1)))
            }
        }
        // A deleted user has a text that is longer than a login may be.
        guard let (text, createdAt) = found, let login = try? Login(text) else { return .now(nil) }
        return .now(UserProfile(login: login, createdAt: createdAt))
    }

    func isRegistrationOpen() throws(LoyaltyError) -> Eventual<Bool?, LoyaltyError> {
        .now(try reader.read { database throws(SQLiteError) in try database.isRegistrationOpen() })
    }

    func addUser(
        _ login: Login, passwordHash: PasswordHash, session: NewSession, at now: Timestamp
    ) async throws(LoyaltyError) -> UserID {
        let user = try await write { transaction throws(SQLiteError) in
            try transaction.addUser(login, passwordHash: passwordHash, session: session, at: now)
        }
        guard let user else { throw .loginTaken }
        return user
    }

    func addSession(_ session: NewSession, of credentials: Credentials) async throws(LoyaltyError) {
        let isAdded = try await write { transaction throws(SQLiteError) in
            try transaction.addSession(session, of: credentials)
        }
        guard isAdded else { throw .wrongCredentials }
    }

    func removeSession(_ id: SessionID) async throws(LoyaltyError) {
        try await write { transaction throws(SQLiteError) in
            _ = try transaction.run("DELETE FROM sessions WHERE token_hash = ?", id.bytes)
        }
    }

    func changePassword(
        of credentials: Credentials, to hash: PasswordHash, keeping session: SessionID, places: [SignInPlace]
    ) async throws(LoyaltyError) {
        let isChanged = try await write { transaction throws(SQLiteError) in
            try transaction.changePassword(of: credentials, to: hash, keeping: session, places: places)
        }
        guard isChanged else { throw .wrongCurrentPassword }
    }
}

extension WriteTransaction {
    /// Adds a user and opens the first session. Returns `nil` if the login is taken.
    func addUser(
        _ login: Login, passwordHash: PasswordHash, session: NewSession, at now: Timestamp
    ) throws(SQLiteError) -> UserID? {
        guard let user = try addUser(login, passwordHash: passwordHash, at: now) else { return nil }
        let hasSession = try addSession(session, of: Credentials(user: user, passwordHash: passwordHash))
        precondition(hasSession, "a session of a user who was added in the same transaction must be accepted")
        return user
    }

    /// Adds a user who has no session yet. Returns `nil` if the login is taken.
    func addUser(_ login: Login, passwordHash: PasswordHash, at now: Timestamp) throws(SQLiteError) -> UserID? {
        let added = try run(
            "INSERT INTO users (login, password_hash, created_at) VALUES (?, ?, ?) ON CONFLICT (login) DO NOTHING",
            login.text, passwordHash.text, now.milliseconds)
        guard added == 1 else { return nil }
        let user = UserID(rawValue: lastInsertedID)
        try run("INSERT INTO balances (user_id) VALUES (?)", user.rawValue)
        figures.noteCustomer(at: now)
        return user
    }

    /// Returns false if the password was changed meanwhile, or the user was disabled.
    func addSession(_ session: NewSession, of credentials: Credentials) throws(SQLiteError) -> Bool {
        let isAdded =
            try run(
                """
                INSERT INTO sessions (token_hash, user_id, expires_at)
                SELECT ?, id, ? FROM users WHERE id = ? AND password_hash = ? AND state = ?
                """, session.id.bytes, session.expiresAt.milliseconds, credentials.user.rawValue,
                credentials.passwordHash.text, UserAccount.State.active.rawValue) == 1
        guard isAdded else { return false }
        try trimSessions(of: credentials.user, keeping: session)
        if let origin = session.origin { try remember(origin, of: credentials.user) }
        return true
    }

    /// Returns false if the password was changed meanwhile, or the user was disabled.
    func changePassword(
        of credentials: Credentials, to hash: PasswordHash, keeping session: SessionID, places: [SignInPlace]
    ) throws(SQLiteError) -> Bool {
        let user = credentials.user.rawValue
        let changed = try run(
            "UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ? AND state = ?", hash.text, user,
            credentials.passwordHash.text, UserAccount.State.active.rawValue)
        guard changed == 1 else { return false }
        try run("DELETE FROM sessions WHERE user_id = ? AND token_hash <> ?", user, session.bytes)
        try forgetPlaces(of: credentials.user, except: places)
        return true
    }
}
