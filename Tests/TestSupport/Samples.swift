import Loyalty

extension OrderNumber {
    /// The number with a given body; the check digit is added.
    package static func sample(_ body: Int) -> OrderNumber {
        guard let number = try? OrderNumber(appendingCheckDigitTo: String(body).utf8) else {
            preconditionFailure("a body of digits makes an order number")
        }
        return number
    }
}

extension SessionID {
    /// An id made from a text.
    package static func sample(_ name: String) -> SessionID {
        let bytes = Array(name.utf8.prefix(byteCount))
        return SessionID(bytes: bytes + [UInt8](repeating: 0xFF, count: byteCount - bytes.count))
    }
}

extension PasswordHash {
    /// A hash as Argon2id writes it, made from a text.
    package static func sample(_ text: String) -> PasswordHash {
        let digits = text.utf8.prefix(32).map { String($0, radix: 16) }.joined()
        let filling = String(repeating: "A", count: 64 - digits.utf8.count)
        return PasswordHash(text: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$\(digits)\(filling)")
    }
}
