import Configuration

/// What fish completes `martlet` with (complete(1) of fish).
enum FishCompletion {
    static var script: String {
        var text = """
            # fish completion for martlet
            function __martlet_command --description 'The words of the command before the cursor'
                set -l words (commandline -opc)
                set -e words[1]
                test "$words[1]" = help; and set -e words[1]
                switch "$words[1]"
                    case '-*'
                        echo serve
                    case \(Command.groups.joined(separator: " "))
                        string join ' ' $words[1..2]
                    case '*'
                        echo "$words[1]"
                end
            end
            function __martlet_is
                test (__martlet_command) = "$argv"
            end
            function __martlet_runs --description 'Whether it is this command, and not help on it'
                __martlet_is $argv; and not string match -q help -- (commandline -opc)[2]
            end
            complete -c martlet -f

            """
        for word in CommandWord.first { text += line("__martlet_is ''", word) }
        text += "complete -c martlet -n \(quoted("__martlet_is ''")) -l version -d 'print the version'\n"
        for group in Command.groups {
            for word in CommandWord.second(ofGroup: group) { text += line("__martlet_is \(group)", word) }
        }
        for option in Command.serve.description.allOptions { text += line("__martlet_runs ''", option) }
        for command in Command.allCases { text += lines(of: command) }
        return text + line(nil, .help)
    }

    private static func lines(of command: Command) -> String {
        let condition = "__martlet_runs \(command.rawValue)"
        let operands = command.description.operands.map(arguments).filter { !$0.isEmpty }
            .map { "complete -c martlet -n \(quoted(condition)) \($0)\n" }
        return (operands + command.description.allOptions.map { line(condition, $0) }).joined()
    }

    private static func line(_ condition: String, _ word: CommandWord) -> String {
        "complete -c martlet -n \(quoted(condition)) -a \(word.text) -d \(quoted(word.summary))\n"
    }

    private static func line(_ condition: String?, _ option: CommandDescription.Option) -> String {
        let condition = condition.map { " -n \(quoted($0))" } ?? ""
        let names = option.names.map { $0.hasPrefix("--") ? "-l \($0.dropFirst(2))" : "-s \($0.dropFirst())" }
        let value = option.value.map { $0.isFile ? " -r -F" : " -x \(arguments($0))" } ?? ""
        return "complete -c martlet\(condition) \(names.joined(separator: " "))\(value) -d \(quoted(option.summary))\n"
    }

    /// What it is completed with, and nothing where nobody knows.
    private static func arguments(_ value: SettingValue) -> String {
        if value.isFile { return "-F" }
        return value.choices.isEmpty ? "" : "-a \(quoted(value.choices.joined(separator: " ")))"
    }

    private static func quoted(_ text: String) -> String {
        "'\(text.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
    }
}
