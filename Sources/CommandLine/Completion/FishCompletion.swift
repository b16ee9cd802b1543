import Configuration

/// Makes the script with which fish completes `martlet` (complete(1) of fish).
struct FishCompletion {
    let commands: CommandSet

    var script: String {
        var text = """
            # fish completion for martlet
            function __martlet_command --description 'Print the words of the command before the cursor'
                set -l words (commandline -opc)
                set -e words[1]
                test "$words[1]" = help; and set -e words[1]
                switch "$words[1]"
                    case '-*'
                        echo serve
                    case \(commands.groups.joined(separator: " "))
                        string join ' ' $words[1..2]
                    case '*'
                        echo "$words[1]"
                end
            end
            function __martlet_is
                test (__martlet_command) = "$argv"
            end
            function __martlet_runs --description 'True if this command is typed, and not help on it'
                __martlet_is $argv; and not string match -q help -- (commandline -opc)[2]
            end
            complete -c martlet -f

            """
        for word in commands.firstWords { text += line("__martlet_is ''", word) }
        text += "complete -c martlet -n \(quoted("__martlet_is ''")) -l version -d 'print the version'\n"
        for group in commands.groups {
            for word in commands.secondWords(ofGroup: group) { text += line("__martlet_is \(group)", word) }
        }
        for option in commands.standard.allOptions { text += line("__martlet_runs ''", option) }
        for command in commands.commands { text += lines(of: command) }
        return text + line(nil, .help)
    }

    private func lines(of command: Command) -> String {
        let condition = "__martlet_runs \(command.name)"
        let operands = command.operands.map(arguments).filter { !$0.isEmpty }
            .map { "complete -c martlet -n \(quoted(condition)) \($0)\n" }
        return (operands + command.allOptions.map { line(condition, $0) }).joined()
    }

    private func line(_ condition: String, _ word: CommandWord) -> String {
        "complete -c martlet -n \(quoted(condition)) -a \(word.text) -d \(quoted(word.summary))\n"
    }

    private func line(_ condition: String?, _ option: CommandOption) -> String {
        let condition = condition.map { " -n \(quoted($0))" } ?? ""
        let names = option.names.map { $0.hasPrefix("--") ? "-l \($0.dropFirst(2))" : "-s \($0.dropFirst())" }
        let value = option.value.map { $0.isFile ? " -r -F" : " -x \(arguments($0))" } ?? ""
        return "complete -c martlet\(condition) \(names.joined(separator: " "))\(value) -d \(quoted(option.summary))\n"
    }

    /// The completions of a value; empty if it can be any text.
    private func arguments(_ value: SettingValue) -> String {
        if value.isFile { return "-F" }
        return value.choices.isEmpty ? "" : "-a \(quoted(value.choices.joined(separator: " ")))"
    }

    private func quoted(_ text: String) -> String {
        "'\(text.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
    }
}
