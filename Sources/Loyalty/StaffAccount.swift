/// Identifies a member of the staff or an API key inside the server. The id of a deleted account is not used again.
package struct StaffID: Hashable, Sendable {
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }
}

/// The name of a member of the staff or of an API key; unique among both, and compared byte by byte.
package struct StaffName: Hashable, Sendable {
    package static let bytesMax = 64

    package let text: String

    /// Throws ``LoyaltyError/malformed(_:)`` if the text is empty, longer than ``bytesMax`` bytes of UTF-8, or has a
    /// control character, which a list could not show.
    package init(_ text: String) throws(LoyaltyError) {
        guard !text.isEmpty else { throw .malformed("The name is empty.") }
        guard text.utf8.count <= Self.bytesMax else {
            throw .malformed("The name is longer than \(Self.bytesMax) bytes.")
        }
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw .malformed("The name has a control character.")
        }
        self.text = text
    }
}

// Swift's `String` treats canonically equivalent texts as equal; two names are equal only byte for byte.
extension StaffName {
    package static func == (left: StaffName, right: StaffName) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}

/// The rights of an account of the staff. Raw values are stored in the database; a greater one has all rights of a
/// smaller one.
package enum StaffRole: Int64, Sendable, CaseIterable, Comparable {
    case cashier = 1
    case owner = 2

    package static func < (left: StaffRole, right: StaffRole) -> Bool { left.rawValue < right.rawValue }
}

extension StaffRole: CustomStringConvertible {
    /// The text for clients and commands: `cashier`, `owner`.
    package var description: String {
        switch self {
        case .cashier: "cashier"
        case .owner: "owner"
        }
    }
}

/// An account that may work in the shop: a person with a password, or the API key of a cash register.
package struct StaffAccount: Equatable, Sendable {
    /// Raw values are stored in the database.
    package enum Kind: Int64, Sendable, CaseIterable {
        case person = 1
        case key = 2
    }

    /// The most accounts of people and keys together, so that lists of them need no pages.
    package static let countMax = 1000
    /// The time between two notes of an account's last use, so that not every request writes.
    package static let useNoteMilliseconds: Int64 = 60_000

    package let id: StaffID
    package let name: String
    package let kind: Kind
    package let role: StaffRole
    package let state: UserAccount.State
    package let createdAt: Timestamp
    /// The last sign-in of a person or the last request with a key, as precisely as ``useNoteMilliseconds``; `nil` if
    /// there was none.
    package let lastUsedAt: Timestamp?

    package init(
        id: StaffID, name: String, kind: Kind, role: StaffRole, state: UserAccount.State, createdAt: Timestamp,
        lastUsedAt: Timestamp?
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.role = role
        self.state = state
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt
    }

    /// Returns true if a use of the account now is to be noted.
    package func needsUseNote(at now: Timestamp) -> Bool {
        guard let lastUsedAt else { return true }
        return lastUsedAt.advanced(byMilliseconds: Self.useNoteMilliseconds) <= now
    }
}

extension StaffAccount.Kind: CustomStringConvertible {
    /// The text for clients and commands: `person`, `key`.
    package var description: String {
        switch self {
        case .person: "person"
        case .key: "key"
        }
    }
}

/// A session of the staff that a client presented.
package struct StaffSession: Equatable, Sendable {
    package let staff: StaffAccount
    /// The end of the session. A repository may still have a session after its end.
    package let expiresAt: Timestamp

    package init(staff: StaffAccount, expiresAt: Timestamp) {
        (self.staff, self.expiresAt) = (staff, expiresAt)
    }
}

/// The data by which the password of a member of the staff is checked.
package struct StaffCredentials: Equatable, Sendable {
    package let staff: StaffAccount
    package let passwordHash: PasswordHash

    package init(staff: StaffAccount, passwordHash: PasswordHash) {
        (self.staff, self.passwordHash) = (staff, passwordHash)
    }
}
