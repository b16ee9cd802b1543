/// The value of a flag or an operand: its name in the usage, and the texts that are allowed if they are a list.
package struct SettingValue: Sendable, ExpressibleByStringLiteral {
    package let name: String
    /// All texts that are allowed; empty if they are not a list.
    package let choices: [String]

    /// True for an operand that may be left out. It is the last one.
    package private(set) var isOptional = false

    package init(_ name: String, choices: [String] = []) {
        self.name = name
        self.choices = choices
    }

    package init(stringLiteral name: String) { self.init(name) }

    /// The same, for an operand that may be left out.
    package var optional: SettingValue {
        var value = self
        value.isOptional = true
        return value
    }

    /// True if a shell completes the value with the names of files.
    package var isFile: Bool { name == "FILE" || isDatabase }

    /// True if the value is a path or an address of a database, which a shell completes with the names of files.
    package var isDatabase: Bool { ["DATABASE", "FROM", "TO"].contains(name) }
}
