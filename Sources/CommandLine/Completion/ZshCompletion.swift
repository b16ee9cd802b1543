import Configuration

/// Makes the script with which zsh completes `martlet` (zshcompsys(1)).
struct ZshCompletion {
    let commands: CommandSet

    var script: String {
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
            \(commands.groups.joined(separator: "|")))
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
        \(commands.commands.map(arm).joined())    esac
        }

        # Returns true if the word at the cursor belongs to a command's name.
        _martlet_is_word() {
            (( CURRENT == 2 )) && [[ $words[2] != -* ]] && return
            (( CURRENT == 3 )) && [[ $words[2] == (\(commands.groups.joined(separator: "|"))) ]]
        }

        _martlet_words() {
            local -a choices
            if (( CURRENT == 2 )); then
                choices=(\(list(commands.firstWords)))
            elif (( CURRENT == 3 )); then
                case $words[2] in
        \(commands.groups.map(groupArm).joined())        esac
            fi
            _describe -t commands command choices
        }

        # If zsh loads the file from $fpath, the function is called at once; if a shell sources it, compdef registers it.
        if [[ $funcstack[1] == _martlet ]]; then
            _martlet "$@"
        else
            compdef _martlet martlet
        fi

        """
    }

    private func groupArm(_ group: String) -> String {
        "        \(group)) choices=(\(list(commands.secondWords(ofGroup: group)))) ;;\n"
    }

    private func list(_ words: [CommandWord]) -> String {
        words.map { "\($0.text):\(escaped($0.summary))".shellQuoted }.joined(separator: " ")
    }

    private func arm(_ command: Command) -> String {
        let flags = (command.allOptions + [.help]).flatMap(specifications)
        let operands = command.operands.map { operand in
            "\(operand.isOptional ? "::" : ":")\(escaped(operand.name)):\(action(operand))".shellQuoted
        }
        return
            "    '\(command.name)')\n        _arguments \((flags + operands).joined(separator: " \\\n            "))\n"
            + "        ;;\n"
    }

    /// One specification for each name. A name that was given excludes the other names of the flag.
    private func specifications(of option: CommandOption) -> [String] {
        let exclusion = option.names.count > 1 ? "(\(option.names.joined(separator: " ")))" : ""
        return option.names.map { name in
            let value = option.value.map { ":\(escaped($0.name)):\(action($0))" } ?? ""
            return "\(exclusion)\(name)\(option.value == nil ? "" : "=")[\(escaped(option.summary))]\(value)"
                .shellQuoted
        }
    }

    private func action(_ value: SettingValue) -> String {
        if value.isFile { return "_files" }
        return value.choices.isEmpty ? " " : "(\(value.choices.joined(separator: " ")))"
    }

    /// A colon or a bracket would end a part of a specification.
    private func escaped(_ text: String) -> String {
        text.replacing(":", with: "\\:").replacing("[", with: "\\[").replacing("]", with: "\\]")
    }
}
