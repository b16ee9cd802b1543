import Loyalty
import SQLite

/// A rule about records of an import that have to go together, with a statement that finds the lines which break it.
struct ImportRule: Sendable {
    /// A statement with rows of a line and two numbers.
    let exceptions: String
    private let text: @Sendable (_ first: Int64, _ second: Int64) -> String

    private init(_ exceptions: String, _ text: @escaping @Sendable (Int64, Int64) -> String) {
        (self.exceptions, self.text) = (exceptions, text)
    }

    /// Calls `fault` with each line that breaks the rule.
    func find(in database: Database, _ fault: (_ line: Int64, _ text: String) -> Void) throws(SQLiteError) {
        let statement = try database.prepare(exceptions)
        while try statement.step() {
            let row = statement.row
            fault(row.integer(0), text(row.integer(1), row.integer(2)))
        }
    }

    /// The rules of the records.
    static let ofRecords = [
        ImportRule(repeated("temp.moved_orders")) { first, _ in "its number is that of line \(first)" },
        ImportRule("SELECT line, 0, 0 FROM temp.moved_orders AS moved JOIN orders USING (number)") { _, _ in
            "the database has an order of its number already"
        },
        ImportRule(repeated("temp.moved_entries WHERE kind = 2")) { first, _ in
            "its order is that of the withdrawal in line \(first)"
        },
        ImportRule(
            "SELECT line, 0, 0 FROM temp.moved_entries JOIN withdrawals ON order_number = number WHERE kind = 2"
        ) { _, _ in "the database has a withdrawal for its order already" },
        ImportRule(repeated("temp.moved_entries WHERE kind = 4")) { first, _ in
            "its order is that of the refund in line \(first)"
        },
        ImportRule(
            """
            SELECT refund.line, 0, 0 FROM (SELECT * FROM temp.moved_entries WHERE kind = 4) AS refund
            LEFT JOIN (SELECT * FROM temp.moved_entries WHERE kind = 2) AS spent
                ON spent.number = refund.number AND spent.user_id = refund.user_id AND spent.amount = -refund.amount
            WHERE spent.line IS NULL
            """
        ) { _, _ in "no line has the withdrawal that it gives back, of this user and sum" },
        // The sum is taken in two halves, because a sum that leaves 64 bits would be an error of the statement. Their
        // own sum becomes a real number then, which is greater than every accrual. The groups come after the join,
        // since SQLite 3.40 makes no index for a join with groups, and each return would then read all orders. The
        // order's line makes a group of its own for each of two lines with the same order, which have a fault anyway.
        ImportRule(
            """
            SELECT max(taken.line), 0, 0 FROM temp.moved_entries AS taken
            LEFT JOIN temp.moved_orders AS earned
                ON earned.number = taken.number AND earned.user_id = taken.user_id
            WHERE kind = 5 GROUP BY taken.number, taken.user_id, earned.line
            HAVING -(sum(amount / 1000000) * 1000000 + sum(amount % 1000000)) > coalesce(max(accrual), 0)
            """
        ) { _, _ in "the returns of its order take back more than the order earned" },
        ImportRule(
            repeated(
                """
                (SELECT line, user_id, position FROM temp.moved_orders
                UNION ALL SELECT line, user_id, position FROM temp.moved_entries) WHERE position IS NOT NULL
                """, by: "user_id, position")
        ) { first, _ in "its position is that of line \(first)" },
        ImportRule(
            """
            SELECT refund.line, spent.line, 0 FROM (SELECT * FROM temp.moved_entries WHERE kind = 4) AS refund
            JOIN (SELECT * FROM temp.moved_entries WHERE kind = 2) AS spent ON spent.number = refund.number
            WHERE coalesce(refund.position, refund.at) < coalesce(spent.position, spent.at)
            """
        ) { spent, _ in "it comes before the withdrawal that it gives back, in line \(spent)" },
        ImportRule(
            """
            SELECT taken.line, earned.line, 0 FROM (SELECT * FROM temp.moved_entries WHERE kind = 5) AS taken
            JOIN temp.moved_orders AS earned ON earned.number = taken.number
            WHERE coalesce(taken.position, taken.at) < coalesce(earned.position, earned.credited_at)
            """
        ) { earned, _ in "it comes before the points that it takes back, in line \(earned)" },
        ImportRule(
            """
            SELECT max(line), 0, 0 FROM
                (SELECT line, user_id, accrual AS amount FROM temp.moved_orders
                UNION ALL SELECT line, user_id, amount FROM temp.moved_entries)
            GROUP BY user_id HAVING total(abs(amount)) > 9.2e18
            """
        ) { _, _ in "the points of its user are more than an account can hold" },
    ]

    /// The rules of what the records add up to.
    static let ofHistory = [
        ImportRule("SELECT line, balance_after, 0 FROM temp.moved_history WHERE balance_after < 0") { balance, _ in
            "it takes the balance of its user to \(points(balance))"
        },
        ImportRule(
            """
            SELECT line, coalesce(sums.current, 0), users.current FROM temp.moved_users AS users
            LEFT JOIN temp.moved_balances AS sums USING (user_id) WHERE users.current <> coalesce(sums.current, 0)
            """
        ) { sum, stated in "its current balance is \(points(stated)), and its history adds up to \(points(sum))" },
        ImportRule(
            """
            SELECT line, coalesce(sums.withdrawn, 0), users.withdrawn FROM temp.moved_users AS users
            LEFT JOIN temp.moved_balances AS sums USING (user_id)
            WHERE users.withdrawn <> coalesce(sums.withdrawn, 0)
            """
        ) { sum, stated in "it has \(points(stated)) withdrawn, and its withdrawals add up to \(points(sum))" },
    ]

    private static func repeated(_ table: String, by columns: String = "number") -> String {
        """
        SELECT line, first, 0 FROM
            (SELECT line, min(line) OVER (PARTITION BY \(columns)) AS first FROM \(table))
        WHERE line <> first ORDER BY line
        """
    }

    private static func points(_ hundredths: Int64) -> Points { Points(hundredths: hundredths) }
}
