import Configuration

/// A command of the program: its name, everything that there is to say about it, and what it does. The parser, the
/// help, the manual page, the completions of shells and the handbook's tables are made from these values.
///
/// A command is registered by an entry in the program's ``CommandSet``.
package struct Command: Sendable {
    /// One word, or two, of which the first names a group: `user list`. Required, and different from every other
    /// command's.
    package let name: String
    /// The work of the command, in a phrase that begins with a small letter and has no full stop, since it is a cell of
    /// tables too. Required.
    package let summary: String
    /// The operands in their order, as the usage shows them. The last one may be optional.
    package let operands: [SettingValue]
    /// The command's own flags; those of ``settings`` and `--help` come in addition.
    package let options: [CommandOption]
    /// The settings that the command's flags set.
    package let settings: [Setting]
    /// Further facts for the help and the manual page, a line each.
    package let details: [String]
    /// The members of the JSON document that `--json` prints; `nil` if the command has no `--json`.
    package let document: String?
    /// The exit statuses of the command, besides 64 and 74, and 78 if it reads the configuration.
    package let statuses: [Int32]
    package let effect: Effect
    /// True if the command opens the database of the configuration.
    package let opensDatabase: Bool
    /// The settings that are in force if nothing sets them.
    package let defaults: Configuration
    /// The files of which the first that exists has the settings, if nothing names a file.
    package let defaultFiles: [String]
    package let action: Action

    /// The effect of a command on the database and on files.
    package enum Effect: Sendable {
        /// It serves until a signal ends it.
        case serves
        /// It may change the database or write a file, and the owner has to be told what was done.
        case changes
        case reads
    }

    /// The work of a command.
    package enum Action: Sendable {
        /// Returns a text for stdout. It needs neither a configuration nor a database.
        case print(@Sendable (Invocation) throws(Misuse) -> String)
        /// Runs with the configuration in force, and returns the exit status.
        case run(@Sendable (Invocation, Configuration, ConfigurationSource) -> Int32)
    }

    package init(
        _ name: String, _ summary: String, operands: [SettingValue] = [], options: [CommandOption] = [],
        settings: [Setting] = [], details: [String] = [], document: String? = nil,
        statuses: [Int32] = [ExitStatus.success], effect: Effect = .reads, opensDatabase: Bool = true,
        defaults: Configuration = Configuration(), defaultFiles: [String] = ConfigurationLoader.defaultFiles,
        action: Action
    ) {
        self.name = name
        self.summary = summary
        self.operands = operands
        self.options = options
        self.settings = settings
        self.details = details
        self.document = document
        self.statuses = statuses
        self.effect = effect
        self.opensDatabase = opensDatabase
        self.defaults = defaults
        self.defaultFiles = defaultFiles
        self.action = action
    }
}

extension Command: Equatable {
    package static func == (left: Command, right: Command) -> Bool { left.name == right.name }
}

extension Command {
    /// The group of a command of two words: its first word; `nil` for a command of one word.
    package var group: String? {
        let words = name.split(separator: " ")
        return words.count > 1 ? String(words[0]) : nil
    }

    /// The last word of the name.
    package var lastWord: String { name.split(separator: " ").last.map { String($0) } ?? name }

    /// True if the command reads the configuration, and so can fail because of it.
    package var isConfigured: Bool { !settings.isEmpty }

    /// Every flag of the command except `--help`, which all commands have.
    package var allOptions: [CommandOption] {
        options + settings.map { CommandOption($0) } + (isConfigured ? [.settingsFile(among: defaultFiles)] : [])
    }

    /// The flags with a value.
    package var flags: [String] { allOptions.filter { $0.value != nil }.flatMap(\.names) }

    /// The flags without a value.
    package var switches: [String] { allOptions.filter { $0.value == nil }.flatMap(\.names) }

    /// The flag that may be given in place of an operand; `nil` if there is none.
    func replacement(of operand: SettingValue) -> CommandOption? {
        options.first { $0.replacedOperand == operand.name }
    }
}
