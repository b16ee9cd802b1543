/// Names a user inside the server; shown to the owner, and never to a client. An id is not given again after its user is deleted.
package struct UserID: Hashable, Sendable {
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }
}

/// What a user signs in with; unique, compared byte for byte.
package struct Login: Hashable, Sendable {
    package static let bytesMax = 256

    package let text: String

    /// Throws ``LoyaltyError/malformed(_:)`` where the text is empty or longer than ``bytesMax`` bytes of UTF-8.
    package init(_ text: String) throws(LoyaltyError) {
        guard !text.isEmpty else { throw .malformed("The login is empty.") }
        guard text.utf8.count <= Self.bytesMax else {
            throw .malformed("The login is longer than \(Self.bytesMax) bytes.")
        }
        self.text = text
    }
}

// Swift's String compares canonical equivalents as equal; two logins are the same only byte for byte.
extension Login {
    package static func == (left: Login, right: Login) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}

/// What a user is told of their own account.
package struct UserProfile: Equatable, Sendable {
    package let login: Login
    package let createdAt: Timestamp

    package init(login: Login, createdAt: Timestamp) {
        self.login = login
        self.createdAt = createdAt
    }
}

/// A password on its way to being hashed. Prints as dots, so that no log can show it.
package struct Password: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package static let bytesMax = 1024

    package let text: String

    /// Throws ``LoyaltyError/malformed(_:)`` where the text is empty, or not `bytesMin` to ``bytesMax`` bytes of UTF-8.
    package init(_ text: String, bytesMin: Int) throws(LoyaltyError) {
        let count = text.utf8.count
        guard count > 0 else { throw .malformed("The password is empty.") }
        guard count >= bytesMin else { throw .malformed("The password is shorter than \(bytesMin) bytes.") }
        guard count <= Self.bytesMax else {
            throw .malformed("The password is longer than \(Self.bytesMax) bytes.")
        }
        self.text = text
    }

    package var description: String { "•••" }
    package var debugDescription: String { "•••" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
