import Loyalty
import SQLite

/// Rules about single values: each is one that Martlet itself would have stored. Another program that writes to the
/// file could break them.
extension IntegrityCheck {
    /// Adds the SQL functions that the rules call to a connection that only the check uses.
    static func addPredicates(to database: Database) throws(SQLiteError) {
        try database.addPredicate("martlet_is_order_number") { bytes in
            guard let number = try? OrderNumber(parsing: bytes) else { return false }
            return number.digits.utf8.count == bytes.count
        }
        try database.addPredicate("martlet_is_login") { bytes in
            isText(bytes, 1...Login.bytesMax)
        }
        try database.addPredicate("martlet_is_match") { bytes in isText(bytes, 1...RewardRule.matchBytesMax) }
        try database.addPredicate("martlet_is_author") { bytes in isText(bytes, 1...authorBytesMax) }
        try database.addPredicate("martlet_is_reason") { bytes in isText(bytes, 0...LedgerNote.reasonBytesMax) }
        try database.addPredicate("martlet_is_staff_name") { bytes in
            guard let text = String(validating: bytes, as: UTF8.self) else { return false }
            return (try? StaffName(text)) != nil
        }
        try database.addPredicate("martlet_is_address") { bytes in isText(bytes, 0...Actor.addressBytesMax) }
        try database.addPredicate("martlet_is_action") { bytes in
            String(validating: bytes, as: UTF8.self).flatMap(StaffAction.Name.init) != nil
        }
        try database.addPredicate("martlet_is_subject") { bytes in isText(bytes, 0...StaffAction.subjectBytesMax) }
        try database.addPredicate("martlet_is_password_hash") { bytes in
            PasswordHash.isWellFormed(bytes)
        }
    }

    private static func isText(_ bytes: [UInt8], _ length: ClosedRange<Int>) -> Bool {
        length.contains(bytes.count) && String(validating: bytes, as: UTF8.self) != nil
    }

    /// The author of a ledger entry is the name of a system account, which is far shorter on every system.
    private static let authorBytesMax = 1024

    static let valueRules: [Rule] = [
        Rule(
            "each login has 1 to \(Login.bytesMax) bytes of UTF-8, and each password's hash is one of Argon2id",
            exceptions: """
                SELECT count(*) FROM users
                WHERE NOT (martlet_is_login(login) AND martlet_is_password_hash(password_hash))
                """, where: { database throws(SQLiteError) in try !hasOwnerEntries(database) }),
        Rule(
            "each login has 1 to \(Login.bytesMax) bytes of UTF-8, and each password's hash is one of Argon2id",
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

    /// Ids are counted up from 1, and JSON readers take no greater integer exactly (RFC 8259, section 6). No server
    /// ever counts this far. With the greatest id that SQLite has, the next insert would get a random one, and lists
    /// would lose their order (sqlite.org/autoinc.html).
    static let idMax: Int64 = 9_007_199_254_740_991

    /// An SQL expression that is true if a column's value is a time that the API can write.
    static func isTime(_ column: String) -> String {
        let range = Timestamp.writableMilliseconds
        return "(\(column) BETWEEN \(range.lowerBound) AND \(range.upperBound))"
    }
}
