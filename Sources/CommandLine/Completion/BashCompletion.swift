import Configuration

/// Makes the script with which bash completes `martlet` (bash(1), "Programmable Completion"). It needs no
/// bash-completion package.
struct BashCompletion {
    let commands: CommandSet

    var script: String {
        let groups = commands.groups.joined(separator: " | ")
        return """
            # bash completion for martlet
            _martlet() {
                local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
                # Bash takes --flag=value apart at the equals sign.
                if [[ $word == = ]]; then
                    word=''
                elif [[ $previous == = ]]; then
                    previous=${COMP_WORDS[COMP_CWORD - 2]}
                fi
                local -a before=("${COMP_WORDS[@]:1:COMP_CWORD - 1}")
                local command=${before[0]-} choices='' is_file=''
                case $command in
                \(groups)) command="$command ${before[1]-}" ;;
                -*) command=serve ;;
                esac
                case $previous in
            \(valueCases)    *)
                    case $command in
            \(commandCases)        esac
                    ;;
                esac
                COMPREPLY=()
                if [[ -n $is_file && $word != -* ]]; then
                    compopt -o filenames 2>/dev/null
                    mapfile -t COMPREPLY < <(compgen -f -- "$word")
                else
                    mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
                fi
            }
            complete -F _martlet martlet

            """
    }

    /// Completes the value after a flag. A flag means the same for every command.
    private var valueCases: String {
        var options: [CommandOption] = []
        for option in commands.commands.flatMap(\.allOptions)
        where option.value != nil && !options.contains(where: { $0.flag == option.flag }) {
            options.append(option)
        }
        return options.map { option in
            let action = option.value.map { value in
                value.isFile ? "is_file=1" : "choices='\(value.choices.joined(separator: " "))'"
            }
            return "    \(option.names.joined(separator: " | "))) \(action ?? ":") ;;\n"
        }.joined()
    }

    private var commandCases: String {
        var text = arm("''", words(commands.firstWords) + flags(of: commands.standard, and: ["--version"]))
        for group in commands.groups {
            text += arm("'\(group) '", words(commands.secondWords(ofGroup: group)) + CommandOption.help.names)
        }
        for command in commands.commands {
            let operands = command.operands
            let isFile = operands.contains(where: \.isFile)
            text += arm(
                "'\(command.name)'", operands.flatMap(\.choices) + flags(of: command),
                isFile: isFile)
        }
        return text + help
    }

    private var help: String {
        let groups = commands.groups.map { group in
            "            \(group)) choices='\(words(commands.secondWords(ofGroup: group)).joined(separator: " "))' ;;\n"
        }.joined()
        return """
                    help)
                        case ${before[1]-} in
                        '') choices='\(words(commands.firstWords).joined(separator: " "))' ;;
            \(groups)            esac
                        ;;

            """
    }

    private func arm(_ pattern: String, _ choices: [String], isFile: Bool = false) -> String {
        "        \(pattern)) choices='\(choices.joined(separator: " "))'\(isFile ? " is_file=1" : "") ;;\n"
    }

    private func words(_ words: [CommandWord]) -> [String] { words.map(\.text) }

    private func flags(of command: Command, and more: [String] = []) -> [String] {
        (command.allOptions + [.help]).flatMap(\.names) + more
    }
}
