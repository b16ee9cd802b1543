import Loyalty
import SQLite
import SharedStore

/// Rules about single values: each is one that Martlet itself would have stored. Another program that writes to the
/// file could break them.
extension IntegrityCheck {
    /// Adds the SQL functions that the rules call to a connection that only the check uses.
    static func addPredicates(to database: Database) throws(SQLiteError) {
        for (name, isRight) in predicates { try database.addPredicate(name, body: isRight) }
    }

    private static var predicates: [(String, ([UInt8]) -> Bool)] {
        [
            ("martlet_is_order_number", StoredText.isOrderNumber), ("martlet_is_login", StoredText.isLogin),
            ("martlet_is_match", StoredText.isMatch), ("martlet_is_author", StoredText.isAuthor),
            ("martlet_is_reason", StoredText.isReason), ("martlet_is_staff_name", StoredText.isStaffName),
            ("martlet_is_address", StoredText.isAddress), ("martlet_is_action", StoredText.isAction),
            ("martlet_is_subject", StoredText.isSubject), ("martlet_is_password_hash", PasswordHash.isWellFormed),
        ]
    }

    static let valueRules: [Rule] = [
        Rule(
            "each login has 1 to \(Login.bytesMax) bytes of UTF-8, and each password's hash is one of Argon2id or bcrypt",
            exceptions: """
                SELECT count(*) FROM users
                WHERE NOT (martlet_is_login(login) AND martlet_is_password_hash(password_hash))
                """, where: { database throws(SQLiteError) in try !hasOwnerEntries(database) }),
        Rule(
            "each login has 1 to \(Login.bytesMax) bytes of UTF-8, and each password's hash is one of Argon2id or bcrypt",
            exceptions: """
                SELECT count(*) FROM users WHERE CASE state
                    WHEN 2 THEN login <> printf('%0\(Login.bytesMax + 1)d', id) OR password_hash <> ''
                    ELSE NOT (martlet_is_login(login) AND martlet_is_password_hash(password_hash)) END
                """, where: hasOwnerEntries),
        Rule(
            "each order number has 1 to 1,024 digits that pass the Luhn check",
            exceptions: """
                SELECT (SELECT count(*) FROM orders WHERE NOT martlet_is_order_number(number))
                    + (SELECT count(*) FROM withdrawals WHERE NOT martlet_is_order_number(order_number))
                    + (SELECT count(*) FROM ledger
                        WHERE CASE kind WHEN 3 THEN order_number <> '' ELSE NOT martlet_is_order_number(order_number) END)
                """),
        Rule(
            "each receipt is for such an order number",
            exceptions: "SELECT count(*) FROM receipts WHERE NOT martlet_is_order_number(order_number)",
            where: hasReceipts),
        Rule(
            "each session is named by a hash of 32 bytes",
            exceptions:
                "SELECT count(*) FROM sessions WHERE typeof(token_hash) <> 'blob' OR length(token_hash) <> 32"
        ),
        Rule(
            "each order has a known status, and points only if it is processed: \(Order.accrualMax) at most",
            exceptions: """
                SELECT count(*) FROM orders
                WHERE status NOT BETWEEN 0 AND 3 OR accrual NOT BETWEEN 0 AND \(Order.accrualMax.hundredths)
                    OR (accrual > 0 AND status <> 3)
                """),
        Rule(
            "each row has an id from 1 to \(idMax)",
            exceptions: """
                SELECT (SELECT count(*) FROM users WHERE id < 1 OR id > \(idMax))
                    + (SELECT count(*) FROM orders WHERE id < 1 OR id > \(idMax))
                    + (SELECT count(*) FROM withdrawals WHERE id < 1 OR id > \(idMax))
                    + (SELECT count(*) FROM ledger WHERE id < 1 OR id > \(idMax))
                """),
        Rule(
            "each time is in the years from 1970 to 9999",
            exceptions: """
                SELECT (SELECT count(*) FROM users WHERE NOT \(isTime("created_at")))
                    + (SELECT count(*) FROM sessions WHERE NOT \(isTime("expires_at")))
                    + (SELECT count(*) FROM orders WHERE NOT \(isTime("uploaded_at")))
                    + (SELECT count(*) FROM withdrawals WHERE NOT \(isTime("processed_at")))
                    + (SELECT count(*) FROM ledger WHERE NOT \(isTime("created_at")))
                """),
        Rule(
            "all that a user ever had fits an account",
            exceptions: "SELECT count(*) FROM balances WHERE typeof(current + withdrawn) <> 'integer'"),
        Rule(
            "each reward rule has a usable id, a text of 1 to \(RewardRule.matchBytesMax) bytes of UTF-8 and a known kind, and "
                + "each receipt a time from 1970 to 9999",
            exceptions: """
                SELECT (SELECT count(*) FROM reward_rules
                        WHERE id < 1 OR id > \(idMax) OR NOT martlet_is_match(match_text) OR kind NOT IN (1, 2))
                    + (SELECT count(*) FROM receipts WHERE NOT \(isTime("accepted_at")))
                """, where: hasReceipts),
        Rule(
            "each note in the ledger has an author and a reason, and each refund a time from 1970 to 9999",
            exceptions: """
                SELECT (SELECT count(*) FROM ledger_notes
                        WHERE NOT martlet_is_author(author) OR NOT martlet_is_reason(reason))
                    + (SELECT count(*) FROM withdrawals
                        WHERE refunded_at IS NOT NULL AND NOT \(isTime("refunded_at")))
                """, where: hasOwnerEntries),
        Rule(
            "each place of a sign-in is a network or a device, used from 1970 to 9999",
            exceptions: """
                SELECT count(*) FROM sign_in_places
                WHERE length(place) NOT IN (4, 8, 32) OR returned NOT IN (0, 1) OR NOT \(isTime("used_at"))
                """, where: hasSignInPlaces),
    ]

    static let idMax = StoredText.idMax

    /// An SQL expression that is true if a column's value is a time that the API can write.
    static func isTime(_ column: String) -> String {
        let range = Timestamp.writableMilliseconds
        return "(\(column) BETWEEN \(range.lowerBound) AND \(range.upperBound))"
    }
}
