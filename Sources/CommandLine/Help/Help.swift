import Configuration
import JSON

/// The texts of `--help`, from the same values that the program runs by.
package struct Help {
    private let commands: CommandSet

    package init(commands: CommandSet) {
        self.commands = commands
    }

    package var overview: String {
        var text = "Martlet, a small loyalty-points server\n\n\(usage(of: nil))\nCommands:\n"
        for command in commands.commands { text += row(command.name, command.summary) }
        text += row("help [COMMAND]", "print help on a command")
        return text + "\n" + flags(of: commands.standard) + "\n" + settings
    }

    package func text(of command: Command) -> String {
        var text = "martlet \(command.name): \(command.summary)\n\n\(usage(of: command))"
        if !command.details.isEmpty { text += "\n\(command.details.joined(separator: "\n"))\n" }
        if !command.flags.isEmpty { text += "\n\(flags(of: command))" }
        if let document = command.document { text += "\n--json prints:\n  \(document)\n" }
        text += "\n\(statuses(of: command))"
        if command.settings.contains(where: { $0.key == "run_address" }) { text += "\n\(settings)" }
        return text
    }

    /// The help on the commands of a group.
    package func text(ofGroup group: String) -> String {
        var text = "\(usage(ofGroup: group))\nCommands:\n"
        for command in commands.commands(ofGroup: group) { text += row(command.name, command.summary) }
        return text
    }

    package func usage(of command: Command?) -> String {
        guard let command else {
            return "usage: martlet [COMMAND] [FLAG VALUE]...\n       martlet help [COMMAND]\n"
        }
        let settings = command.isConfigured ? " [FLAG VALUE]..." : ""
        return "usage: \(synopsis(of: command))\(settings)\n"
    }

    /// A command with its operands and its own flags: `martlet user add LOGIN [--generate] [--json]`
    package func synopsis(of command: Command) -> String {
        let operands = command.operands.map { operand in
            let choices = operand.choices.isEmpty ? operand.name : operand.choices.joined(separator: "|")
            let name = "\(choices)\(command.replacement(of: operand).map { "|\($0.usage)" } ?? "")"
            return operand.isOptional ? " [\(name)]" : " \(name)"
        }.joined()
        let options = command.options.filter { $0.replacedOperand == nil }.map {
            $0.isNeeded ? " \($0.usage)" : " [\($0.usage)]"
        }
        .joined()
        return "martlet \(command.name)\(operands)\(options)"
    }

    package func usage(ofGroup group: String) -> String {
        let names = commands.commands(ofGroup: group).map(\.lastWord)
        return "usage: martlet \(group) \(names.joined(separator: "|")) ...\n       martlet help \(group)\n"
    }

    /// The exit statuses of a command, in ascending order.
    package func allStatuses(of command: Command) -> [Int32] {
        let statuses = command.isConfigured ? [ExitStatus.configuration] : []
        return Set(command.statuses + [ExitStatus.usage, ExitStatus.inputOutput] + statuses).sorted()
    }

    private func statuses(of command: Command) -> String {
        var text = "Exit statuses:\n"
        for status in allStatuses(of: command) {
            text += row(String(status), ExitStatus.meaning(of: status))
        }
        return text
    }

    /// The handbook's table of the settings that have no flag.
    package var settingsTable: String {
        var table = "| JSON key | default | allowed | what it is |\n| --- | --- | --- | --- |\n"
        for setting in Settings.all where setting.flags.isEmpty {
            var writer = JSONWriter()
            setting.write(Configuration(), &writer)
            let value = String(decoding: writer.bytes, as: UTF8.self)
            table += "| `\(setting.key)` | `\(value)` | \(setting.allowed) | \(setting.summary) |\n"
        }
        return table
    }

    /// The handbook's table of commands.
    package var commandsTable: String {
        var table = "| command | what it does |\n| --- | --- |\n"
        for command in commands.commands {
            let synopsis = synopsis(of: command).replacing("|", with: "\\|")
            table += "| `\(synopsis)` | \(command.summary) |\n"
        }
        return table
    }

    /// A row of the handbook's table of flags: the flags, the environment variable and the key of a setting.
    package func names(of setting: Setting) -> String {
        "| \(setting.flags.map { "`\($0)`" }.joined(separator: ", ")) | `\(setting.environment)` | `\(setting.key)` |"
    }

    private func flags(of command: Command) -> String {
        var text = "Flags, and the environment variables that they override:\n"
        for option in command.allOptions { text += row(nameColumn(option), explanation(of: option)) }
        return text
    }

    private func nameColumn(_ option: CommandOption) -> String {
        option.names.count > 1 ? option.names.joined(separator: ", ") : option.usage
    }

    /// The summary of a flag, the allowed values, and the environment variable that it overrides.
    package func explanation(of option: CommandOption) -> String {
        var text = option.summary
        if let choices = option.value?.choices, !choices.isEmpty { text += ": \(choices.joined(separator: ", "))" }
        if let environment = option.environment { text += " (\(environment))" }
        return text
    }

    private var settings: String {
        var text = """
            Settings of the JSON file; each has an environment variable, MARTLET_ and its name in capitals, with _ for a dot. A list
            has commas there: MARTLET_CORS_ORIGINS=https://shop.example,capacitor://localhost

            """
        for setting in Settings.all where setting.flags.isEmpty { text += row(setting.key, setting.summary) }
        return text
    }

    /// A name and its summary, whose further lines begin below its first one.
    private func row(_ name: String, _ summary: String) -> String {
        var line = "  \(name)\(String(repeating: " ", count: max(2, 34 - name.count)))"
        let indent = String(repeating: " ", count: line.count)
        var text = ""
        for word in summary.split(separator: " ") {
            if line.count > indent.count, line.count + 1 + word.count > Self.columnsMax {
                text += "\(line)\n"
                line = indent
            }
            line += (line.count > indent.count ? " " : "") + word
        }
        return "\(text)\(line)\n"
    }

    /// The width of a wide terminal.
    private static let columnsMax = 120
}
