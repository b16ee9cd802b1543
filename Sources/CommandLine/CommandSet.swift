/// Every command of the program, in the order of the help.
package struct CommandSet: Sendable {
    package let commands: [Command]
    /// The command that runs if none is named: `martlet -a :8080`.
    package let standard: Command
    /// The command that runs in place of ``standard`` if the name of the executable contains its name.
    let byExecutableName: Command

    package init(_ commands: [Command], standard: Command, byExecutableName: Command) {
        self.commands = commands
        self.standard = standard
        self.byExecutableName = byExecutableName
    }

    /// The command with this name; `nil` if there is none.
    package subscript(name: String) -> Command? { commands.first { $0.name == name } }

    /// The first words of commands of two words, in the order of the help.
    package var groups: [String] {
        var groups: [String] = []
        for command in commands {
            if let group = command.group, !groups.contains(group) { groups.append(group) }
        }
        return groups
    }

    package func commands(ofGroup group: String) -> [Command] { commands.filter { $0.group == group } }
}

/// A word that may follow `martlet`, and the text that a shell shows beside it.
package struct CommandWord: Sendable {
    package let text: String
    let summary: String
}

extension CommandSet {
    /// The words that may come first: the commands of one word, each group once, and `help`.
    package var firstWords: [CommandWord] {
        var words: [CommandWord] = []
        for command in commands {
            guard let group = command.group else {
                words.append(CommandWord(text: command.name, summary: command.summary))
                continue
            }
            guard !words.contains(where: { $0.text == group }) else { continue }
            let rest = commands(ofGroup: group).map(\.lastWord).joined(separator: ", ")
            words.append(CommandWord(text: group, summary: rest))
        }
        return words + [CommandWord(text: "help", summary: "print help on a command")]
    }

    /// The words that may follow the first word of a group.
    package func secondWords(ofGroup group: String) -> [CommandWord] {
        commands(ofGroup: group).map { CommandWord(text: $0.lastWord, summary: $0.summary) }
    }
}
