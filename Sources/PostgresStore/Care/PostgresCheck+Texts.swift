import Loyalty
import Posix
import Postgres
import SharedStore

/// Rules about texts, which Martlet's own functions judge. They read each text once, in pages by the key.
extension PostgresCheck {
    /// The number of rows in a page, which have about a megabyte.
    private static let pageRows: Int64 = 5_000

    static let textRules: [Rule] = [
        rule("each login has 1 to \(Login.bytesMax) bytes", "users", "login", where: "state < 2", StoredText.isLogin),
        rule(
            "each password's hash is one of Argon2id or bcrypt", "users", "password_hash", where: "state < 2",
            PasswordHash.isWellFormed),
        rule("nothing is left of a deleted user's login and password", "users", "password_hash", where: "state = 2") {
            $0.isEmpty
        },
        rule("each order number passes the Luhn check", "orders", "number", StoredText.isOrderNumber),
        rule(
            "each withdrawal is for an order number", "withdrawals", "order_number", StoredText.isOrderNumber),
        rule(
            "each ledger entry but an adjustment has an order number", "ledger", "order_number", where: "kind <> 3",
            StoredText.isOrderNumber),
        rule("each adjustment has no order number", "ledger", "order_number", where: "kind = 3") { $0.isEmpty },
        rule(
            "each receipt is for an order number", "receipts", "order_number", key: "order_number",
            StoredText.isOrderNumber),
        rule("each reward rule has a text", "reward_rules", "match_text", StoredText.isMatch),
        rule("each note in the ledger has an author", "ledger_notes", "author", key: "ledger_id", StoredText.isAuthor),
        rule("each note in the ledger has a reason", "ledger_notes", "reason", key: "ledger_id", StoredText.isReason),
        rule("each account of the staff has a name", "staff", "name", where: "state < 2", StoredText.isStaffName),
        rule(
            "each person of the staff has a password", "staff", "password_hash", where: "state < 2 AND kind = 1",
            PasswordHash.isWellFormed),
        rule("each action has an actor", "staff_actions", "actor_name", StoredText.isAuthor),
        rule("each action has an address", "staff_actions", "address", StoredText.isAddress),
        rule("each action has a known name", "staff_actions", "action", StoredText.isAction),
        rule("each action has a subject", "staff_actions", "subject", StoredText.isSubject),
        rule("each action has a note", "staff_actions", "note", StoredText.isReason),
    ]

    private static func rule(
        _ text: String, _ table: String, _ column: String, key: String = "id", where condition: String = "true",
        _ isRight: @escaping @Sendable ([UInt8]) -> Bool
    ) -> Rule {
        Rule(text) { connection, cancellation throws(PostgresError) in
            var wrongCount = 0
            var last: String?
            while true {
                guard !cancellation.isCancelled else { throw PostgresError(.refusedCall, "the check was stopped") }
                let page = try texts(table, column, key, condition, after: last, on: &connection)
                wrongCount += page.count { !isRight(Array($0.text.utf8)) }
                guard page.count == pageRows, let key = page.last?.key else { break }
                last = key
            }
            return wrongCount == 0 ? [] : ["exceptions: \(wrongCount)"]
        }
    }

    /// A page of texts with their keys.
    ///
    /// - Parameter last: the key of the last row of the page before; `nil` for the first page.
    private static func texts(
        _ table: String, _ column: String, _ key: String, _ condition: String, after last: String?,
        on connection: inout Connection
    ) throws(PostgresError) -> [(text: String, key: String)] {
        let cast = key == "order_number" ? "" : "::int8"
        var parameters = Parameters()
        if let last { parameters.add(last) }
        let position = last == nil ? "true" : "\(key) > ($1::text)\(cast)"
        return try connection.run(
            "SELECT \(column), \(key)::text FROM \(table) WHERE (\(condition)) AND \(position) ORDER BY \(key) LIMIT \(pageRows)",
            parameters, until: deadline
        ) { (rows: borrowing ResultSet) throws(PostgresError) in
            try rows.all { (row: borrowing Row) throws(PostgresError) in (try row.text(0), try row.text(1)) }
        }
    }
}
