import Loyalty
import SQLite

/// Rules about single values, which a program that writes the file by other means than Martlet could break: each value is one
/// that Martlet itself would have stored.
extension IntegrityCheck {
    /// The functions of SQL that the rules call, on a connection of the check's own.
    static func addPredicates(to database: Database) throws(SQLiteError) {
        try database.addPredicate("martlet_is_order_number") { bytes in
            guard let number = try? OrderNumber(parsing: bytes) else { return false }
            return number.digits.utf8.count == bytes.count
        }
        try database.addPredicate("martlet_is_login") { bytes in
            (1...Login.bytesMax).contains(bytes.count) && String(validating: bytes, as: UTF8.self) != nil
        }
        try database.addPredicate("martlet_is_text") { bytes in
            bytes.count <= textBytesMax && String(validating: bytes, as: UTF8.self) != nil
        }
        try database.addPredicate("martlet_is_password_hash") { bytes in
            PasswordHash.isWellFormed(bytes)
        }
    }

    /// The longest text besides logins and order numbers: what a reward rule matches, and the reason of a ledger entry.
    private static let textBytesMax = 1024

    static let valueRules: [Rule] = [
        Rule(
            "each login has 1 to 256 bytes of UTF-8, and each password's hash is one of Argon2id",
            exceptions: """
                SELECT count(*) FROM users
                WHERE NOT (martlet_is_login(login) AND martlet_is_password_hash(password_hash))
                """, where: { database throws(SQLiteError) in try !hasOwnerEntries(database) }),
        Rule(
            "each login has 1 to 256 bytes of UTF-8, and each password's hash is one of Argon2id",
            exceptions: """
                SELECT count(*) FROM users WHERE CASE state
                    WHEN 2 THEN login <> printf('%0257d', id) OR password_hash <> ''
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
            "each order has a known status, and points only if it is processed",
            exceptions: """
                SELECT count(*) FROM orders
                WHERE status NOT BETWEEN 0 AND 3 OR accrual < 0 OR (accrual > 0 AND status <> 3)
                """),
        Rule(
            "each row has an id above zero",
            exceptions: """
                SELECT (SELECT count(*) FROM users WHERE id < 1) + (SELECT count(*) FROM orders WHERE id < 1)
                    + (SELECT count(*) FROM withdrawals WHERE id < 1) + (SELECT count(*) FROM ledger WHERE id < 1)
                """),
        Rule(
            "each time is in the years from 1970 to 9999",
            exceptions: """
                SELECT (SELECT count(*) FROM users WHERE created_at NOT BETWEEN 0 AND 253402300799999)
                    + (SELECT count(*) FROM sessions WHERE expires_at NOT BETWEEN 0 AND 253402300799999)
                    + (SELECT count(*) FROM orders WHERE uploaded_at NOT BETWEEN 0 AND 253402300799999)
                    + (SELECT count(*) FROM withdrawals WHERE processed_at NOT BETWEEN 0 AND 253402300799999)
                    + (SELECT count(*) FROM ledger WHERE created_at NOT BETWEEN 0 AND 253402300799999)
                """),
        Rule(
            "all that a user ever had fits an account",
            exceptions: "SELECT count(*) FROM balances WHERE typeof(current + withdrawn) <> 'integer'"),
        Rule(
            "each reward rule has a text of 1 to 1,024 bytes of UTF-8 and a known kind, and each receipt a time from 1970 to 9999",
            exceptions: """
                SELECT (SELECT count(*) FROM reward_rules
                        WHERE match_text = '' OR NOT martlet_is_text(match_text) OR kind NOT IN (1, 2))
                    + (SELECT count(*) FROM receipts WHERE accepted_at NOT BETWEEN 0 AND 253402300799999)
                """, where: hasReceipts),
        Rule(
            "each note in the ledger names its author, and each refund has a time from 1970 to 9999",
            exceptions: """
                SELECT (SELECT count(*) FROM ledger_notes
                        WHERE author = '' OR NOT martlet_is_text(author) OR NOT martlet_is_text(reason))
                    + (SELECT count(*) FROM withdrawals
                        WHERE refunded_at IS NOT NULL AND refunded_at NOT BETWEEN 0 AND 253402300799999)
                """, where: hasOwnerEntries),
    ]
}
