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
