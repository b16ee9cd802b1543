import Configuration

/// A shell that can complete command lines of `martlet`.
package enum Shell: String, Sendable, CaseIterable {
    case bash, zsh, fish

    /// The line that installs the completion. A new home has no folder for it.
    package var installation: String {
        switch self {
        case .bash:
            #"d=~/.local/share/bash-completion/completions; mkdir -p "$d"; martlet completion bash > "$d/martlet""#
        case .zsh: "martlet completion zsh > /usr/local/share/zsh/site-functions/_martlet"
        case .fish:
            "mkdir -p ~/.config/fish/completions; martlet completion fish > ~/.config/fish/completions/martlet.fish"
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
