import Configuration

/// A flag of a command, with a value or without one.
package struct CommandOption: Sendable {
    /// The names of the flag, the long one last.
    package let names: [String]
    /// The value that follows the flag; `nil` if the flag takes none.
    package let value: SettingValue?
    package let summary: String
    /// The environment variable that the flag overrides; `nil` if there is none.
    package let environment: String?
    /// The name of the operand that is left out if the flag is given; `nil` if there is none.
    package private(set) var replacedOperand: String?
    /// True if the command does nothing without the flag.
    package private(set) var isNeeded = false

    package init(_ flag: String, _ value: SettingValue?, _ summary: String) {
        self.init(names: [flag], value, summary)
    }

    package init(names: [String], _ value: SettingValue?, _ summary: String, environment: String? = nil) {
        precondition(!names.isEmpty, "a flag must have a name")
        self.names = names
        self.value = value
        self.summary = summary
        self.environment = environment
    }

    /// The flag that sets a setting.
    package init(_ setting: Setting) {
        self.init(names: setting.flags, setting.flagValue, setting.summary, environment: setting.environment)
    }

    /// The same flag, for a command that does nothing without it.
    package var needed: CommandOption {
        var option = self
        option.isNeeded = true
        return option
    }

    /// The same flag, for a command that takes it in place of an operand.
    package func replacing(_ operand: String) -> CommandOption {
        var option = self
        option.replacedOperand = operand
        return option
    }

    /// The long name.
    package var flag: String { names[names.count - 1] }

    /// `--reason TEXT`
    package var usage: String { value.map { "\(flag) \($0.name)" } ?? flag }
}

extension CommandOption {
    package static let help = CommandOption(names: ["-h", "--help"], nil, "print help on a command, and exit")
    package static let config = settingsFile(among: ConfigurationLoader.defaultFiles)
    package static let json = CommandOption("--json", nil, "print one JSON document")

    /// The flag that names the file of settings. Without it, a command reads the first default file that exists.
    static func settingsFile(among defaultFiles: [String]) -> CommandOption {
        CommandOption(
            names: ["--config"], "FILE",
            "JSON file of settings; by default \(defaultFiles.joined(separator: " or "))",
            environment: "MARTLET_CONFIG")
    }
}
