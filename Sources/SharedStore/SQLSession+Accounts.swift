import Loyalty
import Storage

/// Reads of customers for sign-in.
extension SQLSession {
    package func credentials(of login: Login) throws(Failure) -> Credentials? {
        try first("SELECT id, password_hash, state FROM users WHERE login = ?", login.text) { row in
            Credentials(
                user: UserID(rawValue: row.integer(0)), passwordHash: PasswordHash(text: row.text(1)),
                isEnabled: row.integer(2) == UserAccount.State.active.rawValue)
        }
    }

    /// The kinds of hashes other than `kind`, at most ``hashKindsMax`` of them: a shop has one or two.
    ///
    /// `rtrim` takes the digits of hash and salt from a hash of Argon2, so that its parameters stay. Those of bcrypt
    /// are at a fixed place.
    package func passwordHashKinds(
        otherThan kind: PasswordHash.Kind
    ) throws(Failure) -> Set<PasswordHash.Kind> {
        let texts = try all(
            """
            SELECT DISTINCT CASE WHEN substr(password_hash, 1, 2) = '$2' THEN substr(password_hash, 1, 7)
                ELSE rtrim(rtrim(rtrim(password_hash, ?2), '$'), ?2) END
            FROM users WHERE substr(password_hash, 1, length(?1)) <> ?1 LIMIT ?3
            """, PasswordHash.ofNobody(kind).prefix, Self.base64Digits, Self.hashKindsMax
        ) { row in row.text(0) }
        return Set(texts.compactMap(PasswordHash.Kind.init(prefix:)))
    }

    private static var base64Digits: String {
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    }

    /// Deleted users have an empty text, which counts as well.
    private static var hashKindsMax: Int64 { 8 }

    package func signInPlaces(
        of login: Login, among places: [SignInPlace]
    ) throws(Failure) -> [SignInPlace] {
        var known: [SignInPlace] = []
        for place in places {
            let isKnown = try first(
                """
                SELECT 1 FROM sign_in_places WHERE user_id = (SELECT id FROM users WHERE login = ?) AND place = ?
                """, login.text, place.bytes
            ) { _ in true }
            if isKnown ?? false { known.append(place) }
        }
        return known
    }

    package func profile(of user: UserID) throws(Failure) -> UserProfile? {
        let found = try first("SELECT login, created_at FROM users WHERE id = ?", user.rawValue) { row in
            (row.text(0), Timestamp(milliseconds: row.integer(1)))
        }
        // A deleted user has a text that is longer than a login may be.
        guard let (text, createdAt) = found, let login = try? Login(text) else { return nil }
        return UserProfile(login: login, createdAt: createdAt)
    }
}
