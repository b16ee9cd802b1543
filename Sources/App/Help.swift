import JSON

/// What `--help` says, from the same tables that the program goes by.
enum Help {
    static let version = "0.1.0"
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
        for command in commands(ofGroup: group) { text += row(command.rawValue, command.summary) }
        return text
    }

    static func usage(of command: Command?) -> String {
        guard let command else {
            return "usage: martlet [COMMAND] [FLAG VALUE]...\n       martlet help [COMMAND]\n"
        }
        let description = command.description
        let operands = description.operands.map { " \($0)" }.joined()
        let options = description.options.map { " [\($0.usage)]" }.joined()
        let settings = description.settings.isEmpty ? "" : " [FLAG VALUE]..."
        return "usage: martlet \(command.rawValue)\(operands)\(options)\(settings)\n"
    }

    static func usage(ofGroup group: String) -> String {
        let names = commands(ofGroup: group).map { $0.rawValue.dropFirst(group.count + 1) }
        return "usage: martlet \(group) \(names.joined(separator: "|")) ...\n       martlet help \(group)\n"
    }

    private static func commands(ofGroup group: String) -> [Command] {
        Command.allCases.filter { $0.rawValue.hasPrefix("\(group) ") }
    }

    private static func statuses(of description: CommandDescription) -> String {
        var text = "Exit statuses:\n"
        let statuses = description.settings.isEmpty && !description.readsConfiguration ? [] : [ExitStatus.configuration]
        for status in (description.statuses + [ExitStatus.usage] + statuses).sorted() {
            text += row(String(status), ExitStatus.meaning(of: status))
        }
        return text
    }

    /// The settings that only the JSON file and the environment have, as the README shows them.
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

    private static func flags(of command: Command) -> String {
        let description = command.description
        var text = "Flags, and the environment variables that they win over:\n"
        for option in description.options { text += row(option.usage, option.summary) }
        for setting in description.settings {
            text += row(setting.flags.joined(separator: ", "), "\(setting.summary) (\(setting.environment))")
        }
        text += row(configFlag, "JSON file of settings (MARTLET_CONFIG); config.json where there is one")
        return text
    }

    private static var settings: String {
        var text = "Settings of the JSON file; each has an environment variable, MARTLET_ and its name in capitals:\n"
        for setting in Settings.all where setting.flags.isEmpty { text += row(setting.key, setting.summary) }
        return text
    }

    private static func row(_ name: String, _ summary: String) -> String {
        let padding = String(repeating: " ", count: max(2, 34 - name.count))
        return "  \(name)\(padding)\(summary)\n"
    }
}
