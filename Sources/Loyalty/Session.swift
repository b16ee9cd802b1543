/// A client's credential after signing in: 256 random bits, as text that needs no escaping in a header.
///
/// It prints as dots, so that no log can show it.
package struct SessionToken: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package let text: String

    package init(text: String) {
        self.text = text
    }

    package var description: String { "•••" }
    package var debugDescription: String { "•••" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// The SHA-256 of a session's token. The database keeps only this, so that a copied file is of no use for signing in.
package struct SessionID: Hashable, Sendable {
    package static let byteCount = 32

    // The bytes in words, the lowest byte of each first. An array would be in memory of its own, which a processor has
    // to fetch for each of many customers. With a vector (`SIMD4`), which is aligned to 32 bytes, an
    // asynchronous function that holds an id crashes (Swift 6.3.1).
    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64

    package init(bytes: [UInt8]) {
        precondition(bytes.count == Self.byteCount, "a session id must have 32 bytes")
        first = Self.word(of: bytes, at: 0)
        second = Self.word(of: bytes, at: 8)
        third = Self.word(of: bytes, at: 16)
        fourth = Self.word(of: bytes, at: 24)
    }

    private static func word(of bytes: [UInt8], at start: Int) -> UInt64 {
        (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << UInt64($1 * 8) }
    }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        for word in [first, second, third, fourth] {
            for place in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(place * 8))) }
        }
        return bytes
    }

    /// Eight of the bytes, which are as random as all of them.
    package var firstWord: UInt64 { first }
}

/// A new session: the token goes to the client, the rest to the database.
package struct NewSession: Sendable {
    package let token: SessionToken
    package let id: SessionID
    package let expiresAt: Timestamp
    /// A shop whose tills share an account has dozens of sessions, and a load test on one account has hundreds. 1,000
    /// sessions take 100 kB of the database.
    package static let perUserMaxDefault = 1000

    /// The most open sessions that the user may have, including this one. At the limit, the sessions that would expire
    /// first are removed.
    package let perUserMax: Int
    /// The network and the device of the sign-in; `nil` if they are not to be remembered.
    package let origin: SignInOrigin?

    package init(
        token: SessionToken, id: SessionID, expiresAt: Timestamp,
        perUserMax: Int = perUserMaxDefault, origin: SignInOrigin? = nil
    ) {
        precondition(perUserMax > 0, "perUserMax must be positive")
        self.token = token
        self.id = id
        self.expiresAt = expiresAt
        self.perUserMax = perUserMax
        self.origin = origin
    }
}
