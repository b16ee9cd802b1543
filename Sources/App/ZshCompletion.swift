import Configuration

/// What zsh completes `martlet` with (zshcompsys(1)).
enum ZshCompletion {
    static var script: String {
        """
        #compdef martlet
        _martlet() {
            local -a commands
            if [[ $words[2] == help ]] && (( CURRENT > 2 )); then
                shift words
                (( CURRENT-- ))
                _martlet_words
                return
            fi
            if _martlet_is_word; then
                _martlet_words
                return
            fi
            local command=$words[2]
            case $command in
            -*) command=serve ;;
            \(Command.groups.joined(separator: "|")))
                command="$command $words[3]"
                shift 2 words
                (( CURRENT -= 2 ))
                ;;
            *)
                shift words
                (( CURRENT-- ))
                ;;
            esac
            case $command in
        \(Command.allCases.map(arm).joined())    esac
        }

        # Whether the word at the cursor belongs to a command's name.
        _martlet_is_word() {
            (( CURRENT == 2 )) && [[ $words[2] != -* ]] && return
            (( CURRENT == 3 )) && [[ $words[2] == (\(Command.groups.joined(separator: "|"))) ]]
        }

        _martlet_words() {
            local -a choices
            if (( CURRENT == 2 )); then
                choices=(\(list(CommandWord.first)))
            elif (( CURRENT == 3 )); then
                case $words[2] in
        \(Command.groups.map(groupArm).joined())        esac
            fi
            _describe -t commands command choices
        }

        # Read as a function of $fpath, it is asked at once; read with source, it is made known.
        if [[ $funcstack[1] == _martlet ]]; then
            _martlet "$@"
        else
            compdef _martlet martlet
        fi

        """
    }

    private static func groupArm(_ group: String) -> String {
        "        \(group)) choices=(\(list(CommandWord.second(ofGroup: group)))) ;;\n"
    }

    private static func list(_ words: [CommandWord]) -> String {
        words.map { "\($0.text):\(escaped($0.summary))".shellQuoted }.joined(separator: " ")
    }

    private static func arm(_ command: Command) -> String {
        let description = command.description
        let flags = (description.allOptions + [.help]).flatMap(specifications)
        let operands = description.operands.map { ":\(escaped($0.name)):\(action($0))".shellQuoted }
        return
            "    '\(command.rawValue)')\n        _arguments \((flags + operands).joined(separator: " \\\n            "))\n"
            + "        ;;\n"
    }

    /// One for each name; who has given one name is not offered the other.
    private static func specifications(of option: CommandDescription.Option) -> [String] {
        let exclusion = option.names.count > 1 ? "(\(option.names.joined(separator: " ")))" : ""
        return option.names.map { name in
            let value = option.value.map { ":\(escaped($0.name)):\(action($0))" } ?? ""
            return "\(exclusion)\(name)\(option.value == nil ? "" : "=")[\(escaped(option.summary))]\(value)"
                .shellQuoted
        }
    }

    private static func action(_ value: SettingValue) -> String {
        if value.isFile { return "_files" }
        return value.choices.isEmpty ? " " : "(\(value.choices.joined(separator: " ")))"
    }

    /// Colons and brackets end the parts of a specification.
    private static func escaped(_ text: String) -> String {
        text.replacing(":", with: "\\:").replacing("[", with: "\\[").replacing("]", with: "\\]")
    }
}
