import Configuration

/// A shell that can complete what is typed after `martlet`.
enum Shell: String, Sendable, CaseIterable {
    case bash, zsh, fish

    /// Where its completion belongs.
    var installation: String {
        switch self {
        case .bash: "martlet completion bash > ~/.local/share/bash-completion/completions/martlet"
        case .zsh: "martlet completion zsh > /usr/local/share/zsh/site-functions/_martlet"
        case .fish: "martlet completion fish > ~/.config/fish/completions/martlet.fish"
        }
    }

    /// A script of its language, made from the descriptions of the commands.
    var completion: String {
        switch self {
        case .bash: BashCompletion.script
        case .zsh: ZshCompletion.script
        case .fish: FishCompletion.script
        }
    }
}

extension SettingValue {
    static let shell = SettingValue("SHELL", choices: Shell.allCases.map(\.rawValue))
}

/// A word that may follow `martlet`, and what a shell says of it.
struct CommandWord: Sendable {
    let text: String
    let summary: String

    /// What may come first: commands, groups once each, and `help`.
    static var first: [CommandWord] {
        var words: [CommandWord] = []
        for command in Command.allCases {
            let first = command.firstWord
            if !Command.groups.contains(first) {
                words.append(CommandWord(text: first, summary: command.summary))
            } else if !words.contains(where: { $0.text == first }) {
                let rest = Command.commands(ofGroup: first).map(\.lastWord).joined(separator: ", ")
                words.append(CommandWord(text: first, summary: rest))
            }
        }
        return words + [CommandWord(text: "help", summary: "say more of a command")]
    }

    /// What may follow the first word of a group.
    static func second(ofGroup group: String) -> [CommandWord] {
        Command.commands(ofGroup: group).map { CommandWord(text: $0.lastWord, summary: $0.summary) }
    }
}

extension String {
    /// In single quotes, as bash and zsh read them.
    var shellQuoted: String { "'\(replacing("'", with: #"'\''"#))'" }
}
