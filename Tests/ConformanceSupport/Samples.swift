import Loyalty
import Storage

extension OrderNumber {
    /// The number with a given body; the check digit is added.
    static func sample(_ body: Int) -> OrderNumber {
        guard let number = try? OrderNumber(appendingCheckDigitTo: String(body).utf8) else {
            preconditionFailure("a body of digits makes an order number")
        }
        return number
    }
}

extension SessionID {
    static func sample(_ name: String) -> SessionID {
        let bytes = Array(name.utf8.prefix(byteCount))
        return SessionID(bytes: bytes + [UInt8](repeating: 0xFF, count: byteCount - bytes.count))
    }
}

extension NewSession {
    /// A session whose id is made from a text. It ends in the year 2096, so that it has not expired by any clock.
    static func sample(
        _ name: String, expiresAt: Int64 = 4_000_000_000_000, perUserMax: Int = 100, from origin: SignInOrigin? = nil
    ) -> NewSession {
        NewSession(
            token: SessionToken(text: name), id: .sample(name), expiresAt: Timestamp(milliseconds: expiresAt),
            perUserMax: perUserMax, origin: origin)
    }
}

extension PasswordHash {
    /// A hash as Argon2id writes it, made from a text.
    static func sample(_ text: String) -> PasswordHash {
        let digits = text.utf8.prefix(32).map { String($0, radix: 16) }.joined()
        return PasswordHash(text: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$\(digits)")
    }
}

extension Balance {
    static func hundredths(_ current: Int64, _ withdrawn: Int64) -> Balance {
        Balance(current: Points(hundredths: current), withdrawn: Points(hundredths: withdrawn))
    }
}
