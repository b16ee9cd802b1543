/// All that there is to say of a command: the parser goes by it, and the help prints it.
struct CommandDescription: Sendable {
    /// Something that follows a flag, or a flag alone.
    struct Option: Sendable {
        let flag: String
        /// What its value is called; nil for a flag without one.
        let value: String?
        let summary: String

        init(_ flag: String, _ value: String?, _ summary: String) {
            self.flag = flag
            self.value = value
            self.summary = summary
        }

        /// `--reason TEXT`
        var usage: String { value.map { "\(flag) \($0)" } ?? flag }
    }

    let summary: String
    /// What it works with, as the usage shows it, all of them needed.
    var operands: [String] = []
    var options: [Option] = []
    /// The settings that its flags set.
    var settings: [Setting] = []
    /// Whether it goes by settings, also where its flags set none of them.
    var readsConfiguration = false
    /// What there is to know besides, in lines.
    var details: [String] = []
    /// What `--json` prints.
    var document: String?
    /// How it may end, besides 64 and 78.
    var statuses: [Int32] = [ExitStatus.success]

    /// The flags with a value.
    var flags: [String] {
        settings.flatMap(\.flags) + (settings.isEmpty && !readsConfiguration ? [] : [Help.configFlag])
            + options.filter { $0.value != nil }.map(\.flag)
    }

    /// The flags without one.
    var switches: [String] { options.filter { $0.value == nil }.map(\.flag) }
}

extension CommandDescription.Option {
    static let json = CommandDescription.Option("--json", nil, "print one JSON document")
    static let yes = CommandDescription.Option("--yes", nil, "ask no question first")
    static let chaos = CommandDescription.Option(
        "--chaos", nil, "have the accrual system misbehave in every way there is")
    static let socket = CommandDescription.Option("--socket", nil, "print the socket's unit in place of the service's")
    static let generate = CommandDescription.Option("--generate", nil, "make a password up, and print it once")
    static let reason = CommandDescription.Option("--reason", "TEXT", "why, to be kept with the ledger entry")
    static let user = CommandDescription.Option("--user", "LOGIN", "the orders of this user alone")
    static let status = CommandDescription.Option("--status", "STATUS", "NEW, PROCESSING, INVALID or PROCESSED")
    static let limit = CommandDescription.Option(
        "--limit", "N", "at most so many, the newest; 50 where nothing is said")
}
