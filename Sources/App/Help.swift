import Configuration
import JSON

/// What `--help` says, from the same tables that the program goes by.
enum Help {
    /// Grows with each change of the schema or of the contract with clients; Sources/Handbook/Changes.md lists what changed.
    static let version = "0.2.0"
    static let configFlag = "--config"

    static var overview: String {
        var text = "Martlet, a small loyalty-points server\n\n\(usage(of: nil))\nCommands:\n"
        for command in Command.allCases { text += row(command.rawValue, command.summary) }
        text += row("help [COMMAND]", "say more of a command")
        return text + "\n" + flags(of: .serve) + "\n" + settings
    }

    static func text(of command: Command) -> String {
        let description = command.description
        var text = "martlet \(command.rawValue): \(command.summary)\n\n\(usage(of: command))"
        if !description.details.isEmpty { text += "\n\(description.details.joined(separator: "\n"))\n" }
        if !command.flags.isEmpty { text += "\n\(flags(of: command))" }
        if let document = description.document { text += "\n--json prints:\n  \(document)\n" }
        text += "\n\(statuses(of: description))"
        if description.settings.contains(where: { $0.key == "run_address" }) { text += "\n\(settings)" }
        return text
    }

    /// Of the commands whose first word is this.
    static func text(ofGroup group: String) -> String {
        var text = "\(usage(ofGroup: group))\nCommands:\n"
        for command in Command.commands(ofGroup: group) { text += row(command.rawValue, command.summary) }
        return text
    }

    static func usage(of command: Command?) -> String {
        guard let command else {
            return "usage: martlet [COMMAND] [FLAG VALUE]...\n       martlet help [COMMAND]\n"
        }
        let settings = command.description.isConfigured ? " [FLAG VALUE]..." : ""
        return "usage: \(synopsis(of: command))\(settings)\n"
    }

    /// With its operands and its own flags: `martlet user add LOGIN [--generate] [--json]`
    static func synopsis(of command: Command) -> String {
        let description = command.description
        let operands = description.operands.map { operand in
            " \(operand.name)\(description.replacement(of: operand).map { "|\($0.usage)" } ?? "")"
        }.joined()
        let options = description.options.filter { $0.replacedOperand == nil }.map {
            $0.isNeeded ? " \($0.usage)" : " [\($0.usage)]"
        }
        .joined()
        return "martlet \(command.rawValue)\(operands)\(options)"
    }

    static func usage(ofGroup group: String) -> String {
        let names = Command.commands(ofGroup: group).map(\.lastWord)
        return "usage: martlet \(group) \(names.joined(separator: "|")) ...\n       martlet help \(group)\n"
    }

    /// How a command may end, in order.
    static func allStatuses(of description: CommandDescription) -> [Int32] {
        let statuses = description.isConfigured ? [ExitStatus.configuration] : []
        return Set(description.statuses + [ExitStatus.usage, ExitStatus.inputOutput] + statuses).sorted()
    }

    private static func statuses(of description: CommandDescription) -> String {
        var text = "Exit statuses:\n"
        for status in allStatuses(of: description) {
            text += row(String(status), ExitStatus.meaning(of: status))
        }
        return text
    }

    /// The settings that only the JSON file and the environment have, as the handbook shows them.
    static var settingsTable: String {
        var table = "| JSON key | default | allowed | what it is |\n| --- | --- | --- | --- |\n"
        for setting in Settings.all where setting.flags.isEmpty {
            var writer = JSONWriter()
            setting.write(Configuration(), &writer)
            let value = String(decoding: writer.bytes, as: UTF8.self)
            table += "| `\(setting.key)` | `\(value)` | \(setting.allowed) | \(setting.summary) |\n"
        }
        return table
    }

    /// The commands, as the handbook shows them.
    static var commandsTable: String {
        var table = "| command | what it does |\n| --- | --- |\n"
        for command in Command.allCases {
            let synopsis = synopsis(of: command).replacing("|", with: "\\|")
            table += "| `\(synopsis)` | \(command.summary) |\n"
        }
        return table
    }

    /// How a setting is given on the command line, by the environment and in the file, as the handbook shows it.
    static func names(of setting: Setting) -> String {
        "| \(setting.flags.map { "`\($0)`" }.joined(separator: ", ")) | `\(setting.environment)` | `\(setting.key)` |"
    }

    private static func flags(of command: Command) -> String {
        let description = command.description
        var text = "Flags, and the environment variables that they win over:\n"
        for option in description.allOptions { text += row(nameColumn(option), explanation(of: option)) }
        return text
    }

    private static func nameColumn(_ option: CommandDescription.Option) -> String {
        option.names.count > 1 ? option.names.joined(separator: ", ") : option.usage
    }

    /// What it does, what its value may be, and the variable that it wins over.
    static func explanation(of option: CommandDescription.Option) -> String {
        var text = option.summary
        if let choices = option.value?.choices, !choices.isEmpty { text += ": \(choices.joined(separator: ", "))" }
        if let environment = option.environment { text += " (\(environment))" }
        return text
    }

    private static var settings: String {
        var text = """
            Settings of the JSON file; each has an environment variable, MARTLET_ and its name in capitals, with _ for a dot. A list
            has commas there: MARTLET_CORS_ORIGINS=https://shop.example,capacitor://localhost

            """
        for setting in Settings.all where setting.flags.isEmpty { text += row(setting.key, setting.summary) }
        return text
    }

    private static func row(_ name: String, _ summary: String) -> String {
        let padding = String(repeating: " ", count: max(2, 34 - name.count))
        return "  \(name)\(padding)\(summary)\n"
    }
}
