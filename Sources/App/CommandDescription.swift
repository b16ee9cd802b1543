import Configuration
import Loyalty

/// All that there is to say of a command: the parser goes by it, and the help, the manual page, the shells' completions and
/// the handbook's table are made from it.
struct CommandDescription: Sendable {
    /// A flag, with a value or alone.
    struct Option: Sendable {
        /// The long one last.
        let names: [String]
        /// What follows it; nil for a flag alone.
        let value: SettingValue?
        let summary: String
        /// The variable that it wins over; nil where there is none.
        var environment: String?
        /// The name of the operand that is left out if the flag is given; `nil` if there is none.
        private(set) var replacedOperand: String?
        private(set) var isNeeded = false

        init(_ flag: String, _ value: SettingValue?, _ summary: String) {
            self.init(names: [flag], value, summary)
        }

        init(names: [String], _ value: SettingValue?, _ summary: String, environment: String? = nil) {
            precondition(!names.isEmpty, "what has no name can't be given")
            self.names = names
            self.value = value
            self.summary = summary
            self.environment = environment
        }

        init(_ setting: Setting) {
            self.init(
                names: setting.flags, setting.flagValue, setting.summary, environment: setting.environment)
        }

        /// The same flag, where the command does nothing without it.
        var needed: Option {
            var needed = self
            needed.isNeeded = true
            return needed
        }

        /// The same flag, in place of an operand.
        func replacing(_ operand: String) -> Option {
            var option = self
            option.replacedOperand = operand
            return option
        }

        var flag: String { names[names.count - 1] }

        /// `--reason TEXT`
        var usage: String { value.map { "\(flag) \($0.name)" } ?? flag }
    }

    let summary: String
    /// What it works with, as the usage shows it, all of them needed.
    var operands: [SettingValue] = []
    /// Its flags besides those that set settings.
    var options: [Option] = []
    /// The settings that its flags set.
    var settings: [Setting] = []
    /// Whether it goes by settings, also where its flags set none of them.
    var readsConfiguration = false
    /// What there is to know besides, in lines.
    var details: [String] = []
    /// What `--json` prints.
    var document: String?
    /// How it may end, besides 64, 74 and 78.
    var statuses: [Int32] = [ExitStatus.success]

    /// The flag that may be given in place of an operand; `nil` if there is none.
    func replacement(of operand: SettingValue) -> Option? { options.first { $0.replacedOperand == operand.name } }

    /// Every flag that it takes, but for `--help`, which all take.
    var allOptions: [Option] { options + settings.map(Option.init) + (isConfigured ? [.config] : []) }

    /// Whether it can fail for its configuration.
    var isConfigured: Bool { !settings.isEmpty || readsConfiguration }

    /// The flags with a value.
    var flags: [String] { allOptions.filter { $0.value != nil }.flatMap(\.names) }

    /// The flags without one.
    var switches: [String] { allOptions.filter { $0.value == nil }.flatMap(\.names) }
}

extension CommandDescription.Option {
    static let help = CommandDescription.Option(names: ["-h", "--help"], nil, "say what a command does, and stop")
    static let config = CommandDescription.Option(
        names: [Help.configFlag], "FILE", "JSON file of settings; config.json where there is one",
        environment: "MARTLET_CONFIG")
    static let json = CommandDescription.Option("--json", nil, "print one JSON document")
    static let yes = CommandDescription.Option("--yes", nil, "ask no question first")
    static let chaos = CommandDescription.Option(
        "--chaos", nil, "have the accrual system misbehave in every way there is")
    static let socket = CommandDescription.Option("--socket", nil, "print the socket's unit in place of the service's")
    static let generate = CommandDescription.Option("--generate", nil, "make a password up, and print it once")
    static let reason = CommandDescription.Option("--reason", "TEXT", "why, to be kept with the ledger entry")
    static let user = CommandDescription.Option("--user", "LOGIN", "the orders of this user alone")
    static let userID = CommandDescription.Option(
        "--user-id", "N", "the user with this id, which user list prints, in place of a login")
    static let status = CommandDescription.Option(
        "--status", .init("STATUS", choices: Order.Status.allCases.map(\.name)), "the orders in this status alone")
    static let deleted = CommandDescription.Option("--deleted", nil, "the orders of deleted users, and no others")
    static let limit = CommandDescription.Option(
        "--limit", "N", "at most so many, the newest; 50 where nothing is said")
}
