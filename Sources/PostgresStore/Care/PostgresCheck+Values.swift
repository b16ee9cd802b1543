import Loyalty
import SharedStore

/// Rules about single values that SQL statements can check.
extension PostgresCheck {
    static let valueRules: [Rule] = [
        Rule(
            "the schema has this version's number",
            exceptions: """
                SELECT (SELECT count(*) FROM martlet_schema WHERE id <> 1 OR version <> \(Schema.version))
                    + abs(1 - (SELECT count(*) FROM martlet_schema)) + abs(1 - (SELECT count(*) FROM shop))
                    + abs(1 - (SELECT count(*) FROM dispatcher))
                """),
        Rule(
            "each order, withdrawal and ledger entry belongs to a user",
            exceptions: """
                SELECT (SELECT count(*) FROM orders WHERE NOT EXISTS (SELECT FROM users WHERE users.id = user_id))
                    + (SELECT count(*) FROM withdrawals WHERE NOT EXISTS (SELECT FROM users WHERE users.id = user_id))
                    + (SELECT count(*) FROM ledger WHERE NOT EXISTS (SELECT FROM users WHERE users.id = user_id))
                """),
        Rule(
            "each user's number of unfinished orders is right",
            exceptions: """
                SELECT count(*) FROM balances LEFT JOIN (SELECT user_id, count(*) AS counted FROM orders
                    WHERE status < 2 GROUP BY user_id) AS counts USING (user_id)
                WHERE unfinished <> coalesce(counted, 0)
                """),
        Rule(
            "each session and each key is named by a hash of 32 bytes",
            exceptions: """
                SELECT (SELECT count(*) FROM sessions WHERE length(token_hash) <> 32)
                    + (SELECT count(*) FROM staff_sessions WHERE length(token_hash) <> 32)
                    + (SELECT count(*) FROM kept_responses WHERE length(key_hash) <> 32 OR length(request_hash) <> 32)
                    + (SELECT count(*) FROM staff
                        WHERE CASE WHEN kind = 2 AND state < 2 THEN coalesce(length(key_hash), 0) <> 32
                            ELSE key_hash IS NOT NULL END)
                """),
        Rule(
            "each order has at most \(Order.accrualMax) points",
            exceptions: "SELECT count(*) FROM orders WHERE accrual > \(Order.accrualMax.hundredths)"),
        Rule(
            "each kept response has a status and a body of 1 to \(StoredResponse.bytesMax) bytes",
            exceptions: """
                SELECT count(*) FROM kept_responses
                WHERE status NOT BETWEEN 100 AND 599 OR length(body) NOT BETWEEN 1 AND \(StoredResponse.bytesMax)
                """),
        Rule(
            "each session of the staff is one of an active person",
            exceptions: """
                SELECT count(*) FROM staff_sessions JOIN staff ON staff.id = staff_id WHERE kind <> 1 OR state <> 0
                """),
        Rule(
            "each action of a person or a key names its account",
            exceptions: "SELECT count(*) FROM staff_actions WHERE (staff_id IS NULL) <> (actor_kind = 3)"),
        Rule(
            "each row has an id from 1 to \(StoredText.idMax)",
            exceptions: sum(ids.map { "\($0) NOT BETWEEN 1 AND \(StoredText.idMax)" })),
        Rule(
            "each user's version and each number of a transaction is at most \(StoredText.idMax)",
            exceptions: """
                SELECT (SELECT count(*) FROM balances WHERE version NOT BETWEEN 1 AND \(StoredText.idMax))
                    + (SELECT count(*) FROM instances WHERE transaction NOT BETWEEN 0 AND \(StoredText.idMax))
                """),
        Rule("each time is in the years from 1970 to 9999", exceptions: sum(times.map { "NOT \(isTime($0))" })),
        Rule(
            "all that a user ever had fits an account",
            exceptions: "SELECT count(*) FROM balances WHERE current::numeric + withdrawn > 9223372036854775807"),
    ]

    /// Each table with a column, as `table.column`.
    private static let ids = ["users", "orders", "withdrawals", "ledger", "reward_rules", "staff", "staff_actions"].map
    {
        "\($0).id"
    }

    private static let times = [
        "users.created_at", "sessions.expires_at", "sign_in_places.used_at", "orders.uploaded_at",
        "withdrawals.processed_at", "withdrawals.refunded_at", "ledger.created_at", "receipts.accepted_at",
        "receipts.corrected_at", "staff.created_at", "staff.last_used_at", "staff_sessions.expires_at",
        "staff_actions.created_at", "kept_responses.created_at",
    ]

    /// The number of rows that meet conditions, each about one column. A condition about NULL is not met.
    private static func sum(_ conditions: [String]) -> String {
        let counts = conditions.map { condition in
            let name = condition.split(separator: " ").first { $0.contains(".") } ?? ""
            let table = name.drop { $0 == "(" }.prefix { $0 != "." }
            return "(SELECT count(*) FROM \(table) WHERE \(condition))"
        }
        return "SELECT \(counts.joined(separator: " + "))"
    }

    private static func isTime(_ column: String) -> String {
        let range = Timestamp.writableMilliseconds
        return "(\(column) BETWEEN \(range.lowerBound) AND \(range.upperBound))"
    }

    /// The sums here have no limit, but those in `figures` stop at the greatest integer. So both are cut off there.
    static let figures = Rule(
        "the figures are the sums of users, orders and ledger",
        exceptions: """
            WITH history AS MATERIALIZED (
                SELECT quarter, sum(customers) AS customers, sum(orders) AS orders,
                    \(sums.map { "least(sum(\($0.expression)), 9223372036854775807) AS \($0.name)" }.joined(separator: ", "))
                FROM (SELECT created_at / 900000 AS quarter, 1 AS customers, 0 AS orders, 0 AS kind, 0::int8 AS amount
                        FROM users
                    UNION ALL SELECT uploaded_at / 900000, 0, 1, 0, 0 FROM orders
                    UNION ALL SELECT created_at / 900000, 0, 0, kind::int4, amount FROM ledger) AS facts
                GROUP BY quarter),
            kept AS MATERIALIZED (
                SELECT quarter, sum(customers) AS customers, sum(orders) AS orders,
                    \(sums.map { "least(sum(\($0.name)), 9223372036854775807) AS \($0.name)" }.joined(separator: ", "))
                FROM figures GROUP BY quarter)
            SELECT (SELECT count(*) FROM (SELECT * FROM kept EXCEPT SELECT * FROM history) AS more)
                + (SELECT count(*) FROM (SELECT * FROM history EXCEPT SELECT * FROM kept) AS less)
            """)

    private static let sums: [(name: String, expression: String)] = [
        ("granted", "CASE WHEN kind = 1 THEN amount ELSE 0 END"),
        ("spent", "CASE WHEN kind = 2 THEN -amount ELSE 0 END"),
        ("returned", "CASE WHEN kind = 5 THEN -amount ELSE 0 END"),
        ("refunded", "CASE WHEN kind = 4 THEN amount ELSE 0 END"),
        ("given", "CASE WHEN kind = 3 AND amount > 0 THEN amount ELSE 0 END"),
        ("taken", "CASE WHEN kind = 3 AND amount < 0 THEN -amount ELSE 0 END"),
    ]
}
