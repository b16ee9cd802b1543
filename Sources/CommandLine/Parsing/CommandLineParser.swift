import Text

/// Understands the arguments of the program.
package struct CommandLineParser {
    private let commands: CommandSet
    private let help: Help

    package enum Parsed: Sendable {
        case run(Invocation)
        /// A text for stdout. The process ends with status 0.
        case help(String)
        /// A text for stderr. The process ends with status 64.
        case misuse(String)
    }

    package init(_ commands: CommandSet) {
        self.commands = commands
        help = Help(commands: commands)
    }

    /// Parses the arguments after the program's name. `martlet [flags]` is `martlet serve [flags]`; if the name of the
    /// executable contains `accrual`, it is `martlet accrual [flags]`.
    ///
    /// - Parameter path: the program's name as it was called. Only its last component counts.
    package func parse(_ arguments: [String], calledAs path: String = "") -> Parsed {
        let name = path.split(separator: "/").last ?? ""
        let isNamed = arguments.first.map { !$0.hasPrefix("-") } ?? false
        let isAnother = name.contains(commands.byExecutableName.name) && !isNamed
        return parse(words: isAnother ? [commands.byExecutableName.name] + arguments : arguments)
    }

    private func parse(words: [String]) -> Parsed {
        var rest = words[...]
        var command = commands.standard
        let isNamed = rest.first.map { !$0.hasPrefix("-") } ?? false
        if isNamed {
            if rest.first == "help" { return helpText(on: rest.dropFirst()) }
            if let group = rest.first, commands.groups.contains(group), rest.dropFirst().first.map(isHelp) ?? false {
                return .help(help.text(ofGroup: group))
            }
            do throws(Misuse) {
                command = try takeCommand(&rest)
            } catch {
                let group = words.first.flatMap { commands.groups.contains($0) ? $0 : nil }
                return misuse(error, group.map { help.usage(ofGroup: $0) } ?? help.usage(of: nil))
            }
        }
        if rest.prefix(while: { $0 != "--" }).contains(where: isHelp) {
            return .help(isNamed ? help.text(of: command) : help.overview)
        }
        if rest == ["--version"], let version = commands["version"] { return .run(Invocation(command: version)) }
        do throws(Misuse) {
            return .run(try invocation(of: command, rest, isNamed: isNamed))
        } catch {
            return misuse(error, help.usage(of: isNamed ? command : nil))
        }
    }

    /// Takes the one or two words of a command's name.
    private func takeCommand(_ rest: inout ArraySlice<String>) throws(Misuse) -> Command {
        let first = rest.removeFirst()
        if let command = commands[first] { return command }
        guard commands.groups.contains(first) else { throw unknown(first) }
        guard let second = rest.popFirst() else {
            let names = commands.commands(ofGroup: first).map(\.lastWord).joined(separator: ", ")
            throw Misuse("\(first) needs a subcommand: \(names)")
        }
        guard let command = commands["\(first) \(second)"] else { throw unknown("\(first) \(second)") }
        return command
    }

    /// - Parameter isNamed: False for the standard command, which runs if the first argument is no command.
    private func invocation(
        of command: Command, _ arguments: ArraySlice<String>, isNamed: Bool
    ) throws(Misuse) -> Invocation {
        var invocation = Invocation(command: command)
        var rest = arguments
        var mayBeFlag = true
        while let argument = rest.popFirst() {
            if mayBeFlag, argument == "--" {
                mayBeFlag = false
            } else if mayBeFlag, isFlag(argument) {
                try takeFlag(argument, &rest, &invocation)
            } else {
                // Further flags may be those of the command that was meant, so they are not looked at.
                if !isNamed, commands.firstWords.contains(where: { $0.text == argument }) {
                    throw Misuse("unexpected argument \"\(argument)\": the command comes first, before its flags")
                }
                invocation.operands.append(argument)
            }
        }
        try invocation.checkOperands()
        return invocation
    }

    /// Takes a flag, and its value from the same argument or from the next.
    private func takeFlag(
        _ argument: String, _ rest: inout ArraySlice<String>, _ invocation: inout Invocation
    ) throws(Misuse) {
        let command = invocation.command
        if command.switches.contains(argument) { return invocation.switches.append(argument) }
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let flag = parts[0]
        guard command.flags.contains(flag) else { throw Misuse("there is no flag \(flag)") }
        guard let value = parts.count > 1 ? parts[1] : rest.popFirst() else { throw Misuse("\(flag) needs a value") }
        if CommandOption.config.names.contains(flag) {
            guard !value.isEmpty else { throw Misuse("\(flag) needs a value") }
            invocation.file = value
        } else if command.options.contains(where: { $0.flag == flag }) {
            invocation.options[flag] = value
        } else {
            invocation.flags.append((flag, value))
        }
    }

    /// A minus sign with a digit after it begins a number of points.
    private func isFlag(_ argument: String) -> Bool {
        argument.hasPrefix("-") && !(argument.dropFirst().first?.isNumber ?? false)
    }

    private func isHelp(_ argument: String) -> Bool { CommandOption.help.names.contains(argument) }

    private func helpText(on words: ArraySlice<String>) -> Parsed {
        let words = words.filter { !isHelp($0) }
        // `help` is no command of the set.
        if words.isEmpty || words == ["help"] { return .help(help.overview) }
        if words.count == 1, let group = words.first, commands.groups.contains(group) {
            return .help(help.text(ofGroup: group))
        }
        let name = words.joined(separator: " ")
        guard let command = commands[name] else { return misuse(unknown(name), help.usage(of: nil)) }
        return .help(help.text(of: command))
    }

    private func unknown(_ name: String) -> Misuse {
        let nearest = NearestName.of(name, among: commands.commands.map(\.name) + commands.groups + ["help"])
        return Misuse("there is no command \"\(name)\"\(nearest.map { "; did you mean \"\($0)\"?" } ?? "")")
    }

    private func misuse(_ misuse: Misuse, _ usage: String) -> Parsed {
        .misuse("martlet: \(misuse.reason.oneLine)\n\(usage)")
    }
}
