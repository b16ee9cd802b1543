import SQLite

/// Proves of a whole database what Martlet promises of it: that SQLite finds the file whole, and that points add up.
package struct IntegrityCheck: Sendable {
    /// What one rule found.
    package struct Finding: Equatable, Sendable {
        /// What has to be so, as a sentence.
        package let rule: String
        /// Where it is not so: how often, or SQLite's own words. Empty where it is.
        package let faults: [String]
    }

    package struct Counts: Equatable, Sendable {
        package let users: Int64
        package let orders: Int64
        package let withdrawals: Int64
        package let ledgerEntries: Int64
        package let receipts: Int64
    }

    package let counts: Counts
    package private(set) var findings: [Finding] = []

    package var isPassed: Bool { findings.allSatisfy(\.faults.isEmpty) }

    /// Checks one state of the database; `willCheck` is told each rule before its turn, with its number and how many there
    /// are.
    ///
    /// What the check costs is reading all of the file: a connection of its own does it, and no loop waits.
    package init(
        _ database: Database, willCheck: (_ rule: String, _ number: Int, _ count: Int) -> Void
    ) throws(SQLiteError) {
        // What is sorted may be as large as the database, and belongs on the disk then.
        try database.execute("PRAGMA temp_store = FILE; PRAGMA cache_size = -\(Self.cacheKibibytes); BEGIN")
        do throws(SQLiteError) {
            counts = try Self.counts(of: database)
            for (index, rule) in Self.rules.enumerated() {
                willCheck(rule.text, index + 1, Self.rules.count)
                findings.append(Finding(rule: rule.text, faults: try rule.faults(database)))
            }
        } catch {
            try? database.execute("ROLLBACK")
            throw error
        }
        try database.execute("ROLLBACK")
    }

    /// The rules go through the tables more than once, and look up each order.
    private static let cacheKibibytes = 32 * 1024

    /// A backup of the first schema has no accrual system.
    private static func hasReceipts(_ database: Database) throws(SQLiteError) -> Bool {
        try database.first("SELECT 1 FROM sqlite_schema WHERE name = 'receipts'") { _ in true } ?? false
    }

    /// In a backup of the first two schemas nothing was done by hand.
    private static func hasOwnerEntries(_ database: Database) throws(SQLiteError) -> Bool {
        try database.first("SELECT 1 FROM sqlite_schema WHERE name = 'ledger_notes'") { _ in true } ?? false
    }

    private static func counts(of database: Database) throws(SQLiteError) -> Counts {
        let receipts =
            try hasReceipts(database)
            ? database.first("SELECT count(*) FROM receipts") { row in row.integer(0) } ?? 0 : 0
        let counts = try database.first(
            """
            SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM orders), (SELECT count(*) FROM withdrawals),
                (SELECT count(*) FROM ledger)
            """
        ) { row in
            Counts(
                users: row.integer(0), orders: row.integer(1), withdrawals: row.integer(2),
                ledgerEntries: row.integer(3), receipts: receipts)
        }
        guard let counts else { preconditionFailure("a SELECT without FROM has a row") }
        return counts
    }
}

extension IntegrityCheck {
    private struct Rule: Sendable {
        let text: String
        let faults: @Sendable (Database) throws(SQLiteError) -> [String]

        /// A rule that a statement counts the exceptions of.
        ///
        /// - Parameter isApplicable: whether the database is of a schema that has what the statement names.
        init(
            _ text: String, exceptions sql: StaticString,
            where isApplicable: @escaping @Sendable (Database) throws(SQLiteError) -> Bool = { _ in true }
        ) {
            self.text = text
            faults = { database throws(SQLiteError) in
                guard try isApplicable(database) else { return [] }
                let count = try database.first(sql) { row in row.integer(0) } ?? 0
                return count == 0 ? [] : ["not so \(count) times"]
            }
        }

        init(_ text: String, faults: @escaping @Sendable (Database) throws(SQLiteError) -> [String]) {
            self.text = text
            self.faults = faults
        }
    }

    private static let rules: [Rule] = [
        Rule("the file is whole") { database throws(SQLiteError) in
            try database.all("PRAGMA integrity_check(20)") { row in row.text(0) }.filter { $0 != "ok" }
        },
        Rule("what rows refer to is there") { database throws(SQLiteError) in
            try database.all("SELECT \"table\", rowid FROM pragma_foreign_key_check LIMIT 20") { row in
                "\(row.text(0)) \(row.integer(1))"
            }
        },
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
            "nothing but accruals, withdrawals, adjustments and refunds changed a balance",
            exceptions: "SELECT count(*) FROM ledger WHERE kind NOT IN (1, 2, 3, 4)"),
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
            "each adjustment and refund says who made it, and nothing else does",
            exceptions: """
                SELECT count(*) FROM ledger LEFT JOIN ledger_notes ON ledger_id = id
                WHERE (kind IN (3, 4)) <> (ledger_id IS NOT NULL)
                """, where: hasOwnerEntries),
        Rule(
            "who is disabled or deleted has no session",
            exceptions: """
                SELECT count(*) FROM sessions JOIN users ON users.id = sessions.user_id WHERE state <> 0
                """, where: hasOwnerEntries),
        Rule(
            "each receipt earned nothing or more, and each reward rule grants something",
            exceptions: """
                SELECT (SELECT count(*) FROM receipts WHERE earned < 0)
                    + (SELECT count(*) FROM reward_rules WHERE reward_millionths <= 0)
                """, where: hasReceipts),
    ]
}
