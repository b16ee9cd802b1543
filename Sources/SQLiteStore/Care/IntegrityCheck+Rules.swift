import Loyalty
import SQLite

extension IntegrityCheck {
    struct Rule: Sendable {
        let text: String
        let isApplicable: @Sendable (Database) throws(SQLiteError) -> Bool
        private let faults: @Sendable (Database) throws(SQLiteError) -> [String]

        /// A rule whose exceptions a statement counts.
        ///
        /// - Parameters:
        ///   - sql: A statement with one row of one number.
        ///   - isApplicable: Returns true if the database's schema has the tables of the statement.
        init(
            _ text: String, exceptions sql: String,
            where isApplicable: @escaping @Sendable (Database) throws(SQLiteError) -> Bool = { _ in true }
        ) {
            self.text = text
            self.isApplicable = isApplicable
            faults = { database throws(SQLiteError) in
                let statement = try database.prepare(sql)
                let count = try statement.step() ? statement.row.integer(0) : 0
                return count == 0 ? [] : ["not so \(count) times"]
            }
        }

        init(_ text: String, faults: @escaping @Sendable (Database) throws(SQLiteError) -> [String]) {
            self.text = text
            isApplicable = { _ in true }
            self.faults = faults
        }

        /// Returns the exceptions of the rule. A value that SQLite can't calculate with is one too.
        func check(_ database: Database) throws(SQLiteError) -> [String] {
            do throws(SQLiteError) {
                return try faults(database)
            } catch {
                guard error.isBadValue else { throw error }
                return ["SQLite can't tell: \(error.message)"]
            }
        }
    }

    /// Rules about values precede those about points, which rely on them.
    static let rules: [Rule] = fileRules + valueRules + staffRules + pointRules + [figuresRule]

    private static let fileRules: [Rule] = [
        Rule("the file is whole") { database throws(SQLiteError) in
            try database.all("PRAGMA integrity_check(20)") { row in row.text(0) }.filter { $0 != "ok" }
        },
        Rule("what rows refer to is there") { database throws(SQLiteError) in
            try database.all("SELECT \"table\", rowid FROM pragma_foreign_key_check LIMIT 20") { row in
                "\(row.text(0)) \(row.integer(1))"
            }
        },
    ]

    private static let pointRules: [Rule] = [
        Rule(
            "each user has a balance, and none is below zero",
            exceptions: """
                SELECT count(*) FROM users LEFT JOIN balances ON user_id = id
                WHERE user_id IS NULL OR current < 0 OR withdrawn < 0
                """),
        Rule(
            "each balance is the sum of its ledger",
            exceptions: """
                SELECT count(*) FROM balances LEFT JOIN
                    (SELECT user_id, sum(amount) AS total FROM ledger GROUP BY user_id) USING (user_id)
                WHERE current <> coalesce(total, 0)
                """),
        Rule(
            "each ledger entry has the balance that follows from those before it",
            exceptions: """
                SELECT count(*) FROM
                    (SELECT balance_after, sum(amount) OVER (PARTITION BY user_id ORDER BY id) AS total FROM ledger)
                WHERE balance_after <> total
                """),
        Rule(
            "each processed order that earned something was credited, with what it earned, to who uploaded it",
            exceptions: """
                SELECT count(*) FROM orders LEFT JOIN ledger ON kind = 1 AND order_number = number
                WHERE status = 3 AND accrual > 0
                    AND (ledger.id IS NULL OR amount <> accrual OR ledger.user_id <> orders.user_id)
                """),
        Rule(
            "no other order was credited, and none twice",
            exceptions: """
                SELECT abs((SELECT count(*) FROM ledger WHERE kind = 1) -
                    (SELECT count(*) FROM orders WHERE status = 3 AND accrual > 0))
                """),
        Rule(
            "each withdrawal was debited once, from who asked for it, and nothing else was",
            exceptions: """
                SELECT count(*) FROM
                    (SELECT sum(side) AS difference FROM
                        (SELECT user_id, order_number, sum, 1 AS side FROM withdrawals
                        UNION ALL SELECT user_id, order_number, -amount, -1 FROM ledger WHERE kind = 2)
                    GROUP BY order_number, user_id, sum)
                WHERE difference <> 0
                """),
        Rule(
            "nothing but accruals, withdrawals, adjustments, refunds and returns changed a balance",
            exceptions: "SELECT count(*) FROM ledger WHERE kind NOT IN (1, 2, 3, 4, 5)"),
        Rule(
            "what each user has withdrawn is the sum of the withdrawals, without those that were refunded",
            exceptions: """
                SELECT count(*) FROM balances LEFT JOIN
                    (SELECT user_id, sum(sum) AS total FROM withdrawals
                    WHERE order_number NOT IN (SELECT order_number FROM ledger WHERE kind = 4)
                    GROUP BY user_id) USING (user_id)
                WHERE withdrawn <> coalesce(total, 0)
                """),
        Rule(
            "each refund gave back one withdrawal, whole and once, to who had paid",
            exceptions: """
                SELECT count(*) FROM
                    (SELECT sum(side) AS difference FROM
                        (SELECT user_id, order_number, sum, 1 AS side FROM withdrawals WHERE refunded_at IS NOT NULL
                        UNION ALL SELECT user_id, order_number, amount, -1 FROM ledger WHERE kind = 4)
                    GROUP BY order_number, user_id, sum)
                WHERE difference <> 0
                """, where: hasOwnerEntries),
        Rule(
            "no order had more taken back than it earned, and only from who had it",
            exceptions: """
                SELECT count(*) FROM
                    (SELECT order_number, user_id, max(amount) AS least, -sum(amount) AS total FROM ledger
                    WHERE kind = 5 GROUP BY order_number, user_id) AS taken
                WHERE least >= 0 OR total > coalesce((SELECT amount FROM ledger AS earned WHERE earned.kind = 1
                    AND earned.order_number = taken.order_number AND earned.user_id = taken.user_id), 0)
                """, where: hasOwnerEntries),
        Rule(
            "each adjustment, refund and return says who made it, and no accrual does",
            exceptions: """
                SELECT count(*) FROM ledger LEFT JOIN ledger_notes ON ledger_id = id
                WHERE CASE WHEN kind IN (3, 4, 5) THEN ledger_id IS NULL ELSE kind <> 2 AND ledger_id IS NOT NULL END
                """, where: hasOwnerEntries),
        Rule(
            "who is disabled or deleted has no session",
            exceptions: """
                SELECT count(*) FROM sessions JOIN users ON users.id = sessions.user_id WHERE state <> 0
                """, where: hasOwnerEntries),
        Rule(
            "each receipt earned from 0 to \(Order.accrualMax) points, and each reward rule grants something",
            exceptions: """
                SELECT (SELECT count(*) FROM receipts WHERE earned NOT BETWEEN 0 AND \(Order.accrualMax.hundredths))
                    + (SELECT count(*) FROM reward_rules WHERE reward_millionths <= 0)
                """, where: hasReceipts),
    ]
}
