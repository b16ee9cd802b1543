import Loyalty

/// The data that a transaction touches, as triggers of the writer's connection report it, so that no operation can
/// forget a user. Only an upload reports its user itself. Confined to the writer's thread.
final class TouchedData {
    private(set) var users: [UserID] = []
    /// Those users of whom an account or a session is touched.
    private(set) var accounts: [UserID] = []
    /// True if the transaction touches the reward rules.
    private(set) var hasRules = false

    func removeAll() {
        users.removeAll(keepingCapacity: true)
        accounts.removeAll(keepingCapacity: true)
        hasRules = false
    }

    /// Called by the triggers.
    ///
    /// - Parameter argument: the id of a user, or ``rulesArgument``.
    func add(_ argument: Int64) {
        guard argument != Self.rulesArgument else {
            hasRules = true
            return
        }
        add(UserID(rawValue: argument))
    }

    func add(_ user: UserID) {
        if users.last != user { users.append(user) }
    }

    /// Called by the triggers of accounts and sessions.
    func addAccount(of user: Int64) {
        let user = UserID(rawValue: user)
        add(user)
        if accounts.last != user { accounts.append(user) }
    }

    /// The SQL function that the triggers call.
    static let function = "martlet_touch"
    /// The SQL function that the triggers of ``accountTables`` call.
    static let accountFunction = "martlet_touch_account"
    /// Ids of users are above zero.
    private static let rulesArgument: Int64 = -1

    /// The tables that responses are made from, each with its column of users; `nil` for the reward rules.
    static let watchedTables: [(name: String, userColumn: String?)] = [
        ("users", "id"), ("sessions", "user_id"), ("balances", "user_id"), ("orders", "user_id"),
        ("withdrawals", "user_id"), ("ledger", "user_id"), ("reward_rules", nil),
    ]

    /// The watched tables from which sessions are read.
    static let accountTables = ["users", "sessions"]

    /// The table whose new rows are noted by the operation that adds them, ``WriteTransaction/addOrder(_:of:at:)``. If
    /// a trigger calls a function, SQLite copies each page before the statement changes it, because the function might
    /// fail. That was a quarter of SQLite's work for an upload.
    private static let tableWithoutInsertTrigger = "orders"

    /// The triggers are temporary: they belong to the writer's connection and are not part of the file.
    static let triggers: String = {
        var sql = ""
        for (table, column) in watchedTables {
            let called = accountTables.contains(table) ? accountFunction : function
            for (event, row) in [("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")] {
                if event == "INSERT", table == tableWithoutInsertTrigger { continue }
                sql += """
                    CREATE TEMP TRIGGER touch_\(table)_\(event) AFTER \(event) ON main.\(table)
                    BEGIN SELECT \(called)(\(column.map { "\(row).\($0)" } ?? String(rulesArgument))); END;

                    """
            }
        }
        return sql
    }()
}
