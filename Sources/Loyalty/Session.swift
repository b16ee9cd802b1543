/// What a client shows instead of its password: 256 random bits, as text that needs no escaping in a header.
///
/// Prints as dots, so that no log can show it.
package struct SessionToken: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package let text: String

    package init(text: String) {
        self.text = text
    }

    package var description: String { "•••" }
    package var debugDescription: String { "•••" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// The SHA-256 of a session's token: what the database keeps, so that a copied file signs nobody in.
package struct SessionID: Hashable, Sendable {
    package static let byteCount = 32

    package let bytes: [UInt8]

    package init(bytes: [UInt8]) {
        precondition(bytes.count == Self.byteCount, "a session's name is a SHA-256")
        self.bytes = bytes
    }
}

/// A session that was just opened: the token goes to the client, the rest to the database.
package struct NewSession: Sendable {
    package let token: SessionToken
    package let id: SessionID
    package let expiresAt: Timestamp
    /// The most open sessions of its user, this one included; those that would end first give way.
    package let perUserMax: Int
    /// `nil` if nothing is to be remembered of the sign-in.
    package let origin: SignInOrigin?

    package init(
        token: SessionToken, id: SessionID, expiresAt: Timestamp,
        perUserMax: Int = AccountPolicy.sessionsPerUserMaxDefault, origin: SignInOrigin? = nil
    ) {
        precondition(perUserMax > 0, "a user may have a session")
        self.token = token
        self.id = id
        self.expiresAt = expiresAt
        self.perUserMax = perUserMax
        self.origin = origin
    }
}

/// Whose session it is, and until when.
package struct OpenSession: Equatable, Sendable {
    package let user: UserID
    package let expiresAt: Timestamp

    package init(user: UserID, expiresAt: Timestamp) {
        self.user = user
        self.expiresAt = expiresAt
    }
}

/// What a client is handed that has signed in or registered.
package struct SignedIn: Sendable {
    package let session: NewSession
    /// Nil where the client has shown one that is known for its login.
    package let newDevice: Device?
}

/// Makes and recognises tokens.
package protocol SessionTokens: Sendable {
    /// A new token from the system's secure random numbers.
    func makeToken() -> SessionToken
    /// A new device from the same.
    func makeDevice() -> Device
    /// The name under which a token's session is kept.
    func id(of token: SessionToken) -> SessionID
    /// The name under which a device is kept.
    func place(of device: Device) -> SignInPlace
}

/// Hashes passwords off the caller's thread, a bounded number at once and a bounded number waiting. Their turns share the
/// hasher (``HashingTurn``).
package protocol PasswordHasher: Sendable {
    /// Throws ``LoyaltyError/overloaded(retryAfterSeconds:)`` where too many are waiting.
    func hash(_ password: Password, in turn: HashingTurn) async throws(LoyaltyError) -> PasswordHash

    /// Whether the password belongs to the hash. Where there is no hash (an unknown login) it takes as long and answers
    /// false, so that the time tells nobody which logins exist.
    ///
    /// Throws ``LoyaltyError/overloaded(retryAfterSeconds:)`` where too many are waiting.
    func verify(
        _ password: Password, against hash: PasswordHash?, in turn: HashingTurn
    ) async throws(LoyaltyError) -> Bool
}
