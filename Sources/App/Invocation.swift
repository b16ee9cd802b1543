import Configuration
import Text

/// What a command line asks for.
struct Invocation: Sendable {
    let command: Command
    /// Settings by the flag that was used, in order.
    var flags: [(flag: String, value: String)] = []
    var file: String?
    /// The command's own flags with a value; a later one of the same name wins.
    var options: [String: String] = [:]
    /// Flags without a value that were given.
    var switches: [String] = []
    /// What the command works with: as many as its description names.
    var operands: [String] = []

    enum Parsed: Sendable {
        case run(Invocation)
        /// To be printed on stdout; status 0.
        case help(String)
        /// To be printed on stderr; status 64.
        case misuse(String)
    }

    func has(_ option: CommandDescription.Option) -> Bool { switches.contains(option.flag) }

    func value(of option: CommandDescription.Option) -> String? { options[option.flag] }

    /// Reads the arguments without the program's name. `martlet [flags]` is `martlet serve [flags]`; if the executable's own name,
    /// without its folder, contains `accrual`, it is `martlet accrual [flags]`.
    static func parse(_ arguments: [String], calledAs path: String) -> Parsed {
        let name = path.split(separator: "/").last ?? ""
        let isCommandNamed = arguments.first.map { !$0.hasPrefix("-") } ?? false
        let isAccrualSystem = name.contains(Command.accrual.rawValue) && !isCommandNamed
        return parse(isAccrualSystem ? [Command.accrual.rawValue] + arguments : arguments)
    }

    static func parse(_ arguments: [String]) -> Parsed {
        var rest = arguments[...]
        var command = Command.serve
        let isNamed = rest.first.map { !$0.hasPrefix("-") } ?? false
        if isNamed {
            if rest.first == "help" { return help(rest.dropFirst()) }
            if let group = rest.first, Command.groups.contains(group), rest.dropFirst().first.map(isHelp) ?? false {
                return .help(Help.text(ofGroup: group))
            }
            switch takeCommand(&rest) {
            case .success(let named): command = named
            case .failure(let unknown): return unknown.misuse
            }
        }
        if rest.prefix(while: { $0 != "--" }).contains(where: isHelp) {
            return .help(isNamed ? Help.text(of: command) : Help.overview)
        }
        if rest == ["--version"] { return .run(Invocation(command: .version)) }
        return parse(rest, for: command)
    }

    private struct UnknownCommand: Error {
        let misuse: Parsed
    }

    /// Takes the one or two words of a command's name.
    private static func takeCommand(_ rest: inout ArraySlice<String>) -> Result<Command, UnknownCommand> {
        guard let first = rest.popFirst() else { preconditionFailure("a name is there") }
        if let command = Command(rawValue: first) { return .success(command) }
        guard Command.groups.contains(first) else {
            return .failure(UnknownCommand(misuse: misuse(unknown(first), nil)))
        }
        guard let second = rest.popFirst() else {
            return .failure(UnknownCommand(misuse: misuse("\(first) what?", group: first)))
        }
        if let command = Command(rawValue: "\(first) \(second)") { return .success(command) }
        return .failure(UnknownCommand(misuse: misuse(unknown("\(first) \(second)"), group: first)))
    }

    private static func parse(_ arguments: ArraySlice<String>, for command: Command) -> Parsed {
        let description = command.description
        var invocation = Invocation(command: command)
        var rest = arguments
        var mayBeFlag = true
        while let argument = rest.popFirst() {
            if mayBeFlag, argument == "--" {
                mayBeFlag = false
                continue
            }
            guard mayBeFlag, isFlag(argument) else {
                invocation.operands.append(argument)
                continue
            }
            if description.switches.contains(argument) {
                invocation.switches.append(argument)
                continue
            }
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let flag = parts[0]
            guard description.flags.contains(flag) else { return misuse("there is no flag \(flag)", command) }
            guard let value = parts.count > 1 ? parts[1] : rest.popFirst() else {
                return misuse("\(flag) needs a value", command)
            }
            if flag == Help.configFlag {
                guard !value.isEmpty else { return misuse("\(flag) needs a value", command) }
                invocation.file = value
            } else if description.options.contains(where: { $0.flag == flag }) {
                invocation.options[flag] = value
            } else {
                invocation.flags.append((flag, value))
            }
        }
        return invocation.misuseOfOperands.map { misuse($0, command) } ?? .run(invocation)
    }

    /// What is wrong with the operands; `nil` if nothing is. A flag may have taken the place of one.
    private var misuseOfOperands: String? {
        let description = command.description
        let wanted = description.operands.filter { operand in
            description.replacement(of: operand).flatMap(value(of:)) == nil
        }
        if operands.count > wanted.count { return "\"\(operands[wanted.count])\" is too much" }
        for (operand, argument) in zip(wanted, operands) {
            guard operand.choices.isEmpty || operand.choices.contains(argument) else {
                return "\(operand.name) is one of \(operand.choices.joined(separator: ", "))"
            }
            if operand.isFile, let fault = PathText.fault(in: argument) {
                return "\(operand.name) must be a path, and not \(RefusedValue.shown(argument)): \(fault)"
            }
        }
        return wanted.dropFirst(operands.count).first.map { "\($0.name) is missing" }
    }

    /// A minus and a digit begin a number of points.
    private static func isFlag(_ argument: String) -> Bool {
        argument.hasPrefix("-") && !(argument.dropFirst().first?.isNumber ?? false)
    }

    private static func isHelp(_ argument: String) -> Bool { CommandDescription.Option.help.names.contains(argument) }

    private static func help(_ arguments: ArraySlice<String>) -> Parsed {
        if arguments.isEmpty { return .help(Help.overview) }
        if arguments.count == 1, let group = arguments.first, Command.groups.contains(group) {
            return .help(Help.text(ofGroup: group))
        }
        let name = arguments.joined(separator: " ")
        guard let command = Command(rawValue: name) else { return misuse(unknown(name), nil) }
        return .help(Help.text(of: command))
    }

    private static func unknown(_ name: String) -> String {
        let nearest = NearestName.of(name, among: Command.allCases.map(\.rawValue) + Command.groups + ["help"])
        return "there is no command \"\(name)\"\(nearest.map { "; did you mean \"\($0)\"?" } ?? "")"
    }

    private static func misuse(_ reason: String, _ command: Command?) -> Parsed {
        .misuse("martlet: \(reason.oneLine)\n\(Help.usage(of: command))")
    }

    private static func misuse(_ reason: String, group: String) -> Parsed {
        .misuse("martlet: \(reason.oneLine)\n\(Help.usage(ofGroup: group))")
    }
}
