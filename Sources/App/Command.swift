import Configuration

/// What `martlet` can do.
enum Command: String, Sendable, CaseIterable {
    case serve, accrual, demo
    case userList = "user list"
    case userShow = "user show"
    case userAdd = "user add"
    case userResetPassword = "user reset-password"
    case userDisable = "user disable"
    case userEnable = "user enable"
    case userDelete = "user delete"
    case orderList = "order list"
    case orderShow = "order show"
    case orderNumber = "order number"
    case orderDrop = "order drop"
    case adjust, refund, pool, stats, backup, restore, check, healthcheck, config, version
    case systemdUnit = "systemd-unit"
    case man, completion

    var description: CommandDescription { servers ?? people ?? points ?? maintenance }

    var summary: String { description.summary }
    var flags: [String] { description.flags }
    var switches: [String] { description.switches }

    /// The first words of commands of two.
    static let groups = ["user", "order"]

    /// Those whose first word is this.
    static func commands(ofGroup group: String) -> [Command] { allCases.filter { $0.rawValue.hasPrefix("\(group) ") } }

    /// Of two words the second.
    var lastWord: String { rawValue.split(separator: " ").last.map { String($0) } ?? rawValue }

    /// Of two words the first.
    var firstWord: String { rawValue.split(separator: " ").first.map { String($0) } ?? rawValue }

    /// Returns true if it serves until a signal, and prints nothing that it would fail without.
    var isServer: Bool { [.serve, .accrual, .demo].contains(self) }

    /// Returns true if it works on the database of the configuration.
    var opensDatabase: Bool {
        switch self {
        case .demo, .config, .systemdUnit, .version, .man, .completion, .orderNumber: false
        default: true
        }
    }

    /// Returns true if it may change the database or write a file, so that its owner has to hear what was done.
    var mayChange: Bool {
        switch self {
        case .userList, .userShow, .orderList, .orderShow, .orderNumber, .pool, .stats, .check, .healthcheck, .config,
            .version, .systemdUnit, .man, .completion:
            false
        default: true
        }
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

extension Command {
    private static let serverStatuses = [
        ExitStatus.success, ExitStatus.unavailable, ExitStatus.software, ExitStatus.inputOutput,
    ]

    private var servers: CommandDescription? {
        switch self {
        case .serve:
            CommandDescription(
                summary: "serve the API; the same as no command", settings: Settings.main,
                statuses: Self.serverStatuses)
        case .accrual:
            CommandDescription(
                summary: "serve the built-in accrual system alone",
                settings: Settings.main.filter { $0.key != "accrual_system_address" }, statuses: Self.serverStatuses)
        case .demo:
            CommandDescription(
                summary: "try it: a fresh database, invented accruals, and curl commands to paste", options: [.chaos],
                settings: Settings.main.filter { $0.key == "run_address" }, statuses: Self.serverStatuses)
        case .healthcheck:
            CommandDescription(
                summary: "ask the running server whether it can serve; ends with 0 or 1", settings: Self.database,
                details: ["The answer has to come from a server on this database: another server may have the port."],
                statuses: [ExitStatus.success, ExitStatus.unhealthy])
        case .config:
            CommandDescription(summary: "print the configuration in force", settings: Settings.main)
        case .version:
            CommandDescription(
                summary: "print the version, the commit, the schema's number and SQLite's version", options: [.json],
                document: #"{"version", "commit", "schema", "sqlite_version"}, null for a commit that is not known"#)
        case .orderNumber:
            CommandDescription(
                summary: "print the order number for a number of your own: with the check digit", operands: ["DIGITS"],
                options: [.json],
                details: [
                    "An order number ends with a check digit (Luhn, ISO/IEC 7812-1), by which most mistyped numbers are found.",
                    "For your order 100100 the customer uploads 1001007.",
                ], document: #"{"number"}"#)
        case .man:
            CommandDescription(
                summary: "print the manual page", details: ["To read it: martlet man | man -l -"])
        case .completion:
            CommandDescription(
                summary: "print what has a shell complete commands, flags and values", operands: [.shell],
                details: Shell.allCases.map { "For \($0.rawValue): \($0.installation)" })
        case .systemdUnit:
            CommandDescription(
                summary: "print a systemd unit for the configuration in force", options: [.socket],
                settings: Settings.main, statuses: [ExitStatus.success, ExitStatus.unavailable])
        default: nil
        }
    }
}

/// The owner's commands: of a running server, which does them, or of a file that no server runs on.
extension Command {
    private static let database = Settings.main.filter { $0.key == "database_uri" }
    private static let readStatuses = [
        ExitStatus.success, ExitStatus.damaged, ExitStatus.unavailable, ExitStatus.inputOutput,
    ]
    private static let findStatuses = readStatuses + [ExitStatus.notFound]
    private static let changeStatuses = findStatuses + [ExitStatus.refused]
    private static let passwordSource =
        "The password is asked for twice on a terminal, and is the first line of stdin otherwise."
    private static let confirmation = "Asks first; where there is no terminal, --yes has to stand for the answer."

    private var people: CommandDescription? {
        switch self {
        case .userList:
            CommandDescription(
                summary: "list the users, with what they have", options: [.json], settings: Self.database,
                document: #"{"users": [{"login", "state", "current", "withdrawn", "created_at", "id"}]}"#,
                statuses: Self.readStatuses)
        case .userShow:
            CommandDescription(
                summary: "show a user, and the newest entries of the ledger", operands: ["LOGIN"],
                options: [.userID.replacing("LOGIN"), .json],
                settings: Self.database,
                document:
                    #"{"login", …, "id", "orders", "withdrawals", "ledger": [{"at", "kind", "order", "points", "balance", "by", "reason"}]}"#,
                statuses: Self.findStatuses)
        case .userAdd:
            CommandDescription(
                summary: "add a user", operands: ["LOGIN"], options: [.generate, .json], settings: Self.database,
                details: [Self.passwordSource],
                document: #"{"login", "password"}, the password where it was generated"#,
                statuses: Self.readStatuses + [ExitStatus.refused])
        case .userResetPassword:
            CommandDescription(
                summary: "set another password; ends the user's sessions", operands: ["LOGIN"],
                options: [.userID.replacing("LOGIN"), .generate, .json], settings: Self.database,
                details: [Self.passwordSource],
                document: #"{"login", "changed", "password"}, the password where it was generated"#,
                statuses: Self.changeStatuses)
        case .userDisable:
            CommandDescription(
                summary: "keep a user from signing in; ends the user's sessions", operands: ["LOGIN"],
                options: [.userID.replacing("LOGIN"), .json], settings: Self.database,
                document: #"{"login", "changed"}"#,
                statuses: Self.findStatuses)
        case .userEnable:
            CommandDescription(
                summary: "let a user sign in again", operands: ["LOGIN"], options: [.userID.replacing("LOGIN"), .json],
                settings: Self.database,
                document: #"{"login", "changed"}"#, statuses: Self.findStatuses)
        case .userDelete:
            CommandDescription(
                summary: "erase a user's login, password and sessions", operands: ["LOGIN"],
                options: [.userID.replacing("LOGIN"), .yes, .json],
                settings: Self.database,
                details: [
                    "Order numbers and ledger stay, so that no order is ever credited twice; the login is free again.",
                    Self.confirmation,
                ], document: #"{"login", "changed"}"#, statuses: Self.changeStatuses)
        default: nil
        }
    }

    private var points: CommandDescription? {
        switch self {
        case .orderList:
            CommandDescription(
                summary: "list orders, newest first", options: [.user, .userID, .status, .limit, .json],
                settings: Self.database,
                document: #"{"orders": [{"number", "login", "status", "accrual", "uploaded_at"}]}"#,
                statuses: Self.findStatuses)
        case .orderShow:
            CommandDescription(
                summary: "show what was uploaded and paid for under a number", operands: ["NUMBER"], options: [.json],
                settings: Self.database,
                document: #"{"number", "upload": {…}, "withdrawal": {…}}, null where there is none"#,
                statuses: Self.findStatuses)
        case .orderDrop:
            CommandDescription(
                summary: "end the unfinished orders of deleted users as INVALID",
                options: [.deleted.needed, .yes, .json],
                settings: Self.database,
                details: [
                    "They are asked about no longer. Their numbers stay taken, and no later answer credits them.",
                    Self.confirmation,
                ], document: #"{"dropped"}"#, statuses: Self.readStatuses + [ExitStatus.refused])
        case .adjust:
            CommandDescription(
                summary: "give a user points or take some, as a ledger entry", operands: ["LOGIN", "+POINTS|-POINTS"],
                options: [.userID.replacing("LOGIN"), .reason.needed, .json], settings: Self.database,
                details: ["Nobody goes below zero."],
                document: #"{"login", "points", "current", "withdrawn"}"#, statuses: Self.changeStatuses)
        case .refund:
            CommandDescription(
                summary: "give back what was spent on an order", operands: ["ORDER"], options: [.reason, .yes, .json],
                settings: Self.database,
                details: [
                    "The withdrawal leaves its user's list, and its number stays taken: asked for again it is refused.",
                    Self.confirmation,
                ], document: #"{"order", "points", "current", "withdrawn"}"#, statuses: Self.changeStatuses)
        default: nil
        }
    }

    private var maintenance: CommandDescription {
        switch self {
        case .pool:
            CommandDescription(
                summary: "show what waits for the accrual system of a running server, and what is wrong",
                options: [.json], settings: Self.database,
                document:
                    #"{"waiting", "in_flight", "users", "more_in_database", "health", "requests_per_minute", "paused_s", "last_answer_s", "answers": {…}}"#,
                statuses: Self.readStatuses)
        case .stats:
            CommandDescription(
                summary: "count users, orders, points and bytes", options: [.json], settings: Self.database,
                document:
                    #"{"users": {…}, "orders": {…}, "points": {…}, "file_bytes", "log_bytes", "sqlite_version", "backups": {…}}"#,
                statuses: Self.readStatuses)
        case .backup:
            CommandDescription(
                summary: "copy the database into FILE, checked, while the server runs or while it does not",
                operands: ["FILE"], options: [.json], settings: Self.database,
                document: #"{"file", "users", "orders", …}"#,
                statuses: Self.readStatuses)
        case .restore:
            CommandDescription(
                summary: "put the backup FILE in the place of the database; no server may run on it",
                operands: ["FILE"], options: [.json], settings: Self.database,
                document: #"{"database", "kept", "users", "orders", …}"#,
                statuses: Self.readStatuses)
        case .check:
            CommandDescription(
                summary: "prove that the database is whole and that points add up", options: [.json],
                settings: Self.database,
                document: #"{"passed", "milliseconds", "users", …, "rules": [{"rule", "faults"}]}"#,
                statuses: Self.readStatuses)
        default: preconditionFailure("each command is described")
        }
    }
}
