import Loyalty
import Storage

extension OrderNumber {
    /// The number with a given body; the check digit is added.
    static func sample(_ body: Int) -> OrderNumber {
        for digit in 0...9 {
            if let number = try? OrderNumber(parsing: "\(body)\(digit)".utf8) { return number }
        }
        preconditionFailure("one of ten digits passes")
    }
}

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

extension SessionID {
    static func sample(_ name: String) -> SessionID {
        var bytes = Array(name.utf8.prefix(byteCount))
        bytes += [UInt8](repeating: 0xFF, count: byteCount - bytes.count)
        return SessionID(bytes: bytes)
    }
}

extension PasswordHash {
    /// A hash as Argon2id would have it, made from a text.
    static func sample(_ text: String) -> PasswordHash {
        let digits = text.utf8.prefix(32).map { String($0, radix: 16) }.joined()
        return PasswordHash(text: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$\(digits)")
    }
}
