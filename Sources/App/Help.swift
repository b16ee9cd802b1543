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
        var text = "martlet \(command.rawValue): \(command.summary)\n\n\(usage(of: command))"
        if !command.flags.isEmpty { text += "\n\(flags(of: command))\n\(settings)" }
        return text
    }

    static func usage(of command: Command?) -> String {
        guard let command else {
            return "usage: martlet [COMMAND] [FLAG VALUE]...\n       martlet help [COMMAND]\n"
        }
        let operand = command.operand.map { " \($0)" } ?? ""
        let switches = command.switches.map { " [\($0)]" }.joined()
        return
            "usage: martlet \(command.rawValue)\(operand)\(switches)\(command.flags.isEmpty ? "" : " [FLAG VALUE]...")\n"
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
        var text = "Flags, and the environment variables that they win over:\n"
        for setting in command.settings {
            text += row(setting.flags.joined(separator: ", "), "\(setting.summary) (\(setting.environment))")
        }
        for name in command.switches { text += row(name, Command.summary(ofSwitch: name)) }
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
