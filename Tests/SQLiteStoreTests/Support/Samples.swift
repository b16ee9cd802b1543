import Loyalty
import Storage
import TestSupport

extension NewSession {
    /// A session whose name is made from a text; it ends an hour after the tests' clock begins.
    static func sample(
        _ name: String, expiresAt: Timestamp = Timestamp(milliseconds: 1_700_003_600_000)
    ) -> NewSession {
        NewSession(token: SessionToken(text: name), id: .sample(name), expiresAt: expiresAt)
    }
}

extension Credentials {
    /// Those of a user that a fixture added.
    static func sample(_ login: String, _ user: UserID) -> Credentials {
        Credentials(user: user, passwordHash: .sample(login))
    }
}
