import Loyalty

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
        Credentials(user: user, passwordHash: PasswordHash(text: "hash of \(login)"))
    }
}

extension SessionID {
    static func sample(_ name: String) -> SessionID {
        var bytes = Array(name.utf8.prefix(byteCount))
        bytes += [UInt8](repeating: 0xFF, count: byteCount - bytes.count)
        return SessionID(bytes: bytes)
    }
}
