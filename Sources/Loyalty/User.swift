/// Identifies a user. The owner and the staff see ids, customers never do. The id of a deleted user is not used again.
package struct UserID: Hashable, Sendable {
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }
}

/// The name with which a user signs in; unique, and compared byte by byte.
package struct Login: Hashable, Sendable {
    package static let bytesMax = 256

    package let text: String

    /// Throws ``LoyaltyError/malformed(_:)`` if the text is empty or longer than ``bytesMax`` bytes of UTF-8.
    package init(_ text: String) throws(LoyaltyError) {
        guard !text.isEmpty else { throw .malformed("The login is empty.") }
        guard text.utf8.count <= Self.bytesMax else {
            throw .malformed("The login is longer than \(Self.bytesMax) bytes.")
        }
        self.text = text
    }

    /// The login of a user who is to be added.
    ///
    /// - Throws: ``LoyaltyError/malformed(_:)`` as for every login, and if it has U+0000: PostgreSQL can't keep that.
    package init(new text: String) throws(LoyaltyError) {
        guard !text.utf8.contains(0) else { throw .malformed("The login has the character U+0000.") }
        try self.init(text)
    }
}

// Swift's `String` treats canonically equivalent texts as equal; two logins are equal only byte for byte.
extension Login {
    package static func == (left: Login, right: Login) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}

/// The facts that a user may read about their own account.
package struct UserProfile: Equatable, Sendable {
    package let login: Login
    package let createdAt: Timestamp

    package init(login: Login, createdAt: Timestamp) {
        self.login = login
        self.createdAt = createdAt
    }
}

/// A password that is about to be hashed. It prints as dots, so that no log can show it.
package struct Password: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package static let bytesMax = 1024

    package let text: String

    /// Throws ``LoyaltyError/malformed(_:)`` if the text is empty, shorter than `bytesMin` or longer than ``bytesMax``
    /// bytes of UTF-8.
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
