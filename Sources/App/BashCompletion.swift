/// What bash completes `martlet` with (bash(1), "Programmable Completion"); it needs no bash-completion package.
enum BashCompletion {
    static var script: String {
        let groups = Command.groups.joined(separator: " | ")
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

    /// What follows a flag with a value, whichever command it is of.
    private static var valueCases: String {
        var options: [CommandDescription.Option] = []
        for option in Command.allCases.flatMap(\.description.allOptions)
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

    private static var commandCases: String {
        let none = Command.serve.description
        var text = arm("''", words(CommandWord.first) + flags(of: none, and: ["--version"]))
        for group in Command.groups {
            text += arm("'\(group) '", words(CommandWord.second(ofGroup: group)) + CommandDescription.Option.help.names)
        }
        for command in Command.allCases {
            let operands = command.description.operands
            let isFile = operands.contains(where: \.isFile)
            text += arm(
                "'\(command.rawValue)'", operands.flatMap(\.choices) + flags(of: command.description),
                isFile: isFile)
        }
        return text + help
    }

    private static var help: String {
        let groups = Command.groups.map { group in
            "            \(group)) choices='\(words(CommandWord.second(ofGroup: group)).joined(separator: " "))' ;;\n"
        }.joined()
        return """
                    help)
                        case ${before[1]-} in
                        '') choices='\(words(CommandWord.first).joined(separator: " "))' ;;
            \(groups)            esac
                        ;;

            """
    }

    private static func arm(_ pattern: String, _ choices: [String], isFile: Bool = false) -> String {
        "        \(pattern)) choices='\(choices.joined(separator: " "))'\(isFile ? " is_file=1" : "") ;;\n"
    }

    private static func words(_ words: [CommandWord]) -> [String] { words.map(\.text) }

    private static func flags(of description: CommandDescription, and more: [String] = []) -> [String] {
        (description.allOptions + [.help]).flatMap(\.names) + more
    }
}
