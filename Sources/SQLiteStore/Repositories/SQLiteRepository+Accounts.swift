import Eventual
import Loyalty
import SQLite
import SharedStore
import Storage

extension SQLiteRepository {
    func session(_ id: SessionID) throws(LoyaltyError) -> Eventual<OpenSession?, LoyaltyError> {
        if let kept = recent.session(id), reader.accountRevision(of: kept.user) == kept.accountRevision {
            return .now(
                OpenSession(user: kept.user, expiresAt: kept.expiresAt, revision: reader.revision(of: kept.user)))
        }
        let found = try reader.read { database throws(SQLiteError) in
            try database.first("SELECT user_id, expires_at FROM sessions WHERE token_hash = ?", id.bytes) { row in
                (UserID(rawValue: row.integer(0)), Timestamp(milliseconds: row.integer(1)))
            }
        }
        guard let (user, expiresAt) = found else { return .now(nil) }
        // The revision is of this batch, so the row that was read belongs to it.
        if let revision = reader.accountRevision(of: user) {
            recent.insert(RecentUsers.KeptSession(user: user, expiresAt: expiresAt, accountRevision: revision), id)
        }
        return .now(OpenSession(user: user, expiresAt: expiresAt, revision: reader.revision(of: user)))
    }

    func credentials(of login: Login) throws(LoyaltyError) -> Eventual<Credentials?, LoyaltyError> {
        .now(try reader.read { database throws(SQLiteError) in try database.shared.credentials(of: login) })
    }

    func signInPlaces(
        of login: Login, among places: [SignInPlace]
    ) throws(LoyaltyError) -> Eventual<[SignInPlace], LoyaltyError> {
        .now(
            try reader.read { database throws(SQLiteError) in
                try database.shared.signInPlaces(of: login, among: places)
            })
    }

    func profile(of user: UserID) throws(LoyaltyError) -> Eventual<UserProfile?, LoyaltyError> {
        .now(try reader.read { database throws(SQLiteError) in try database.shared.profile(of: user) })
    }

    func isRegistrationOpen() throws(LoyaltyError) -> Eventual<Bool?, LoyaltyError> {
        .now(try reader.read { database throws(SQLiteError) in try database.shared.isRegistrationOpen() })
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

    func addSession(
        _ session: NewSession, of credentials: Credentials, replacingHashBy hash: PasswordHash?
    ) async throws(LoyaltyError) {
        let isAdded = try await write { transaction throws(SQLiteError) in
            try transaction.addSession(session, of: credentials, replacingHashBy: hash)
        }
        guard isAdded else { throw .wrongCredentials }
    }

    func removeSession(_ id: SessionID) async throws(LoyaltyError) {
        try await write { transaction throws(SQLiteError) in
            try transaction.removeSession(id)
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
