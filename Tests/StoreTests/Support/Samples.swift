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

extension SessionID {
    static func sample(_ name: String) -> SessionID {
        var bytes = Array(name.utf8.prefix(byteCount))
        bytes += [UInt8](repeating: 0xFF, count: byteCount - bytes.count)
        return SessionID(bytes: bytes)
    }
}

/// Random numbers that a seed replays (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
