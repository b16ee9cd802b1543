/// What a command line asks for.
struct Invocation: Sendable {
    let command: Command
    /// Settings by the flag that was used, in order.
    var flags: [(flag: String, value: String)] = []
    var file: String?
    /// Flags without a value that were given.
    var switches: [String] = []
    /// What the command works with, where it takes something.
    var operand: String?

    enum Parsed: Sendable {
        case run(Invocation)
        /// To be printed on stdout; status 0.
        case help(String)
        /// To be printed on stderr; status 64.
        case misuse(String)
    }

    /// Reads the arguments without the program's name. `martlet [flags]` is `martlet serve [flags]`; called by a name that ends
    /// in `accrual`, it is `martlet accrual`.
    static func parse(_ arguments: [String], calledAs name: String) -> Parsed {
        parse(name.hasSuffix(Command.accrual.rawValue) ? [Command.accrual.rawValue] + arguments : arguments)
    }

    static func parse(_ arguments: [String]) -> Parsed {
        var rest = arguments[...]
        var command = Command.serve
        if let first = rest.first, !first.hasPrefix("-") {
            rest.removeFirst()
            if first == "help" { return help(rest) }
            guard let named = Command(rawValue: first) else { return misuse("there is no command \"\(first)\"", nil) }
            command = named
        }
        if rest.contains("--help") || rest.contains("-h") {
            return .help(arguments.first == command.rawValue ? Help.text(of: command) : Help.overview)
        }
        if rest == ["--version"] { return .run(Invocation(command: .version)) }
        return parse(rest, for: command)
    }

    private static func parse(_ arguments: ArraySlice<String>, for command: Command) -> Parsed {
        var invocation = Invocation(command: command)
        var rest = arguments
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("-") else {
                guard command.operand != nil, invocation.operand == nil else {
                    return misuse("\"\(argument)\" is too much", command)
                }
                invocation.operand = argument
                continue
            }
            if command.switches.contains(argument) {
                invocation.switches.append(argument)
                continue
            }
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let flag = parts[0]
            guard command.flags.contains(flag) else { return misuse("there is no flag \(flag)", command) }
            guard let value = parts.count > 1 ? parts[1] : rest.popFirst() else {
                return misuse("\(flag) needs a value", command)
            }
            if flag == Help.configFlag { invocation.file = value } else { invocation.flags.append((flag, value)) }
        }
        if let operand = command.operand, invocation.operand == nil { return misuse("\(operand) is missing", command) }
        return .run(invocation)
    }

    private static func help(_ arguments: ArraySlice<String>) -> Parsed {
        guard let name = arguments.first else { return .help(Help.overview) }
        guard arguments.count == 1, let command = Command(rawValue: name) else {
            return misuse("there is no command \"\(name)\"", nil)
        }
        return .help(Help.text(of: command))
    }

    private static func misuse(_ reason: String, _ command: Command?) -> Parsed {
        .misuse("martlet: \(reason.oneLine)\n\(Help.usage(of: command))")
    }
}

/// What `martlet` can do.
enum Command: String, Sendable, CaseIterable {
    case serve, accrual, demo, backup, restore, check, config, version
    case systemdUnit = "systemd-unit"

    var summary: String {
        switch self {
        case .serve: "serve the API; the same as no command"
        case .accrual: "serve the built-in accrual system alone"
        case .demo: "try it: a fresh database, invented accruals, and curl commands to paste"
        case .backup: "copy the database into FILE, checked, while the server runs or while it does not"
        case .restore: "put the backup FILE in the place of the database; no server may run on it"
        case .check: "prove that the database is whole and that points add up"
        case .config: "print the configuration in force"
        case .version: "print the version"
        case .systemdUnit: "print a systemd unit for the configuration in force, or that of its socket"
        }
    }

    /// What it works with, as the usage shows it; nil where that is nothing.
    var operand: String? {
        switch self {
        case .backup, .restore: "FILE"
        case .serve, .accrual, .demo, .check, .config, .version, .systemdUnit: nil
        }
    }

    /// The flags that it takes besides `--help`.
    var flags: [String] {
        switch self {
        case .serve, .config, .systemdUnit: Settings.all.flatMap(\.flags) + [Help.configFlag]
        case .accrual, .demo, .backup, .restore, .check: settings.flatMap(\.flags) + [Help.configFlag]
        case .version: []
        }
    }

    /// The settings that its flags set.
    var settings: [Setting] {
        switch self {
        case .serve, .config, .systemdUnit: Settings.main
        case .accrual: Settings.main.filter { $0.key != "accrual_system_address" }
        case .demo: Settings.main.filter { $0.key == "run_address" }
        case .backup, .restore, .check: Settings.main.filter { $0.key == "database_uri" }
        case .version: []
        }
    }

    static let chaosSwitch = "--chaos"

    /// The flags without a value that it takes.
    var switches: [String] {
        switch self {
        case .demo: [Self.chaosSwitch]
        case .systemdUnit: [SystemdUnitCommand.socketSwitch]
        default: []
        }
    }

    static func summary(ofSwitch name: String) -> String {
        name == chaosSwitch
            ? "have the accrual system misbehave in every way there is"
            : "print the socket's unit in place of the service's"
    }

    /// What is in force where nothing is set.
    var defaults: Configuration {
        var defaults = Configuration()
        if self == .accrual {
            defaults.runAddress = defaults.accrual.listen.address
            defaults.database = DatabaseLocation(path: "martlet-accrual.db")
        }
        return defaults
    }
}
