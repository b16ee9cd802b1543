import Configuration

/// A shell that can complete command lines of `martlet`.
package enum Shell: String, Sendable, CaseIterable {
    case bash, zsh, fish

    /// The command that installs the completion.
    package var installation: String {
        switch self {
        case .bash: "martlet completion bash > ~/.local/share/bash-completion/completions/martlet"
        case .zsh: "martlet completion zsh > /usr/local/share/zsh/site-functions/_martlet"
        case .fish: "martlet completion fish > ~/.config/fish/completions/martlet.fish"
        }
    }

    /// A script in the shell's language that completes these commands.
    package func completion(of commands: CommandSet) -> String {
        switch self {
        case .bash: BashCompletion(commands: commands).script
        case .zsh: ZshCompletion(commands: commands).script
        case .fish: FishCompletion(commands: commands).script
        }
    }

    /// The operand that names a shell.
    package static let operand = SettingValue("SHELL", choices: allCases.map(\.rawValue))
}
