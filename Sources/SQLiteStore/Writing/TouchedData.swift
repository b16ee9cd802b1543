import Loyalty

/// The data that a transaction touches, as triggers of the writer's connection report it, so that no operation can
/// forget a user. Only an upload reports its user itself. Confined to the writer's thread.
final class TouchedData {
    private(set) var users: [UserID] = []
    /// The users whose account or one of whose sessions is touched.
    private(set) var accounts: [UserID] = []
    /// The users whose balance is touched.
    private(set) var balances: [UserID] = []
    /// True if the transaction touches the reward rules.
    private(set) var hasRules = false

    func removeAll() {
        users.removeAll(keepingCapacity: true)
        accounts.removeAll(keepingCapacity: true)
        balances.removeAll(keepingCapacity: true)
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

    /// Called by the triggers of balances.
    func addBalance(of user: Int64) {
        let user = UserID(rawValue: user)
        add(user)
        if balances.last != user { balances.append(user) }
    }

    /// The SQL function that the triggers of the other tables call.
    static let function = "martlet_touch"
    /// The SQL function that the triggers of accounts and sessions call.
    static let accountFunction = "martlet_touch_account"
    /// The SQL function that the triggers of balances call.
    static let balanceFunction = "martlet_touch_balance"
    /// Ids of users are above zero.
    private static let rulesArgument: Int64 = -1

    /// The tables that responses are made from, each with the function that its triggers call, and its column of users;
    /// `nil` for the reward rules.
    static let watchedTables: [(name: String, function: String, userColumn: String?)] = [
        ("users", accountFunction, "id"), ("sessions", accountFunction, "user_id"),
        ("balances", balanceFunction, "user_id"), ("orders", function, "user_id"),
        ("withdrawals", function, "user_id"), ("ledger", function, "user_id"), ("reward_rules", function, nil),
    ]

    /// The table whose new rows are noted by the operation that adds them, ``WriteTransaction/addOrder(_:of:at:)``. If
    /// a trigger calls a function, SQLite copies each page before the statement changes it, because the function might
    /// fail. That was a quarter of SQLite's work for an upload.
    private static let tableWithoutInsertTrigger = "orders"

    /// The triggers are temporary: they belong to the writer's connection and are not part of the file.
    static let triggers: String = {
        var sql = ""
        for (table, called, column) in watchedTables {
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
