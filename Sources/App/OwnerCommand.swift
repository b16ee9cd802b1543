import JSON
import Loyalty

/// What an owner has done with the database: by the server that runs on it, or where none runs, by the command itself.
enum OwnerCommand: Equatable, Sendable {
    /// To an absolute path.
    case backup(file: String)
    case check
    /// A page of the users behind the one given.
    case users(after: Int64)
    case user(UserSelector)
    case addUser(login: String, PasswordHash)
    case setPassword(UserSelector, PasswordHash)
    case setEnabled(UserSelector, Bool)
    case deleteUser(UserSelector)
    /// A page of orders before the one given, newest first.
    case orders(of: UserSelector?, status: Order.Status?, before: Int64, limit: Int)
    case order(number: String)
    /// Ends the unfinished orders of deleted users.
    case dropOrdersOfDeletedUsers
    case adjust(UserSelector, points: Points, reason: String)
    case refund(order: String, reason: String)
    case pool
    case statistics

    /// Entries of one answer; who wants more asks again.
    static let pageMax = 100

    /// For the log: who is concerned, and no password.
    var summary: String {
        switch self {
        case .backup(let file): "backup to \(file)"
        case .check: "check"
        case .users: "user list"
        case .user(let user): "user show \(user)"
        case .addUser(let login, _): "user add \(login)"
        case .setPassword(let user, _): "user reset-password \(user)"
        case .setEnabled(let user, let isEnabled): "user \(isEnabled ? "enable" : "disable") \(user)"
        case .deleteUser(let user): "user delete \(user)"
        case .orders: "order list"
        case .order(let number): "order show \(number)"
        case .dropOrdersOfDeletedUsers: "order drop --deleted"
        case .adjust(let user, let points, let reason): "adjust \(user) by \(points): \(reason)"
        case .refund(let order, let reason): "refund \(order): \(reason)"
        case .pool: "pool"
        case .statistics: "stats"
        }
    }

    /// Whether it changes something that customers see.
    var isChange: Bool {
        switch self {
        case .addUser, .setPassword, .setEnabled, .deleteUser, .dropOrdersOfDeletedUsers, .adjust, .refund: true
        case .backup, .check, .users, .user, .orders, .order, .pool, .statistics: false
        }
    }

    /// Whether it is about the file as a whole, of whatever schema that is.
    var isMaintenance: Bool {
        switch self {
        case .backup, .check: true
        default: false
        }
    }

    /// Returns true if it may read or change much of the file. Only other such commands wait for it.
    var isLong: Bool {
        switch self {
        case .backup, .check, .statistics, .dropOrdersOfDeletedUsers: true
        default: false
        }
    }
}

/// What became of a command, for the owner and for scripts.
struct OwnerOutcome: Equatable, Sendable {
    let status: Int32
    /// What a person reads: lines, the last of which says what came of it. Empty where the document says it all.
    var text = ""
    /// What `--json` prints; nil where nothing came of it.
    var document: JSONObject?
    /// Where the next page begins.
    var next: Int64?

    static func failure(_ status: Int32, _ reason: String) -> OwnerOutcome {
        OwnerOutcome(status: status, text: "martlet: \(reason)\n")
    }

    var summary: String { text.split(separator: "\n").last.map { String($0) } ?? "" }
}

/// What is said of a command under way.
enum OwnerReply: Equatable, Sendable {
    /// A line that the next one replaces on a terminal.
    case progress(String)
    /// An entry of what was asked for.
    case row(JSONObject)
    /// The last.
    case done(OwnerOutcome)
}
