/// The author of a change of the shop, as the record of actions keeps it.
package struct Actor: Equatable, Sendable {
    /// Raw values are stored in the database.
    package enum Kind: Int64, Sendable, CaseIterable {
        case person = 1
        case key = 2
        /// An account of the operating system, which called a command.
        case system = 3
    }

    /// The most bytes of an address: `[` and `]` around an IPv6 address with a zone.
    package static let addressBytesMax = 64

    package let kind: Kind
    package let name: String
    package let role: StaffRole
    /// The account of the staff; `nil` for an account of the operating system.
    package let staff: StaffID?
    /// The address from which the request came; empty for a command.
    package let address: String

    /// - Parameter address: at most ``addressBytesMax`` bytes; a longer one is cut.
    package init(_ staff: StaffAccount, address: String) {
        kind = staff.kind == .key ? .key : .person
        name = staff.name
        role = staff.role
        self.staff = staff.id
        self.address = String(decoding: address.utf8.prefix(Self.addressBytesMax), as: UTF8.self)
    }

    /// The account of the operating system that called a command. It has all rights.
    package init(system name: String) {
        precondition(!name.isEmpty, "name must not be empty")
        (kind, self.name, role, staff, address) = (.system, name, .owner, nil, "")
    }

    /// An author as a store has recorded it.
    package init(kind: Kind, name: String, role: StaffRole, staff: StaffID?, address: String) {
        (self.kind, self.name, self.role, self.staff, self.address) = (kind, name, role, staff, address)
    }
}

extension Actor.Kind: CustomStringConvertible {
    /// The text for clients and commands: `person`, `key`, `system`.
    package var description: String {
        switch self {
        case .person: "person"
        case .key: "key"
        case .system: "system"
        }
    }
}
