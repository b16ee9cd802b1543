extension StoredTable {
    /// Every table of a shop, each after those that its foreign keys name.
    ///
    /// Columns that one engine alone has are not among them. An engine computes its own: PostgreSQL counts unfinished
    /// orders and versions in `balances`. It has the time of a correction in `receipts`, for answers that a server is
    /// waiting for, and no server runs during a copy. Tables of the instances of a database belong to that database.
    package static let all: [StoredTable] = people + points + accrualSystem + staff

    private static let people = [
        StoredTable(
            "users", key: [.integer("id")],
            [.text("login"), .text("password_hash"), .integer("created_at"), .integer("state")]),
        StoredTable("sessions", key: [.bytes("token_hash")], [.integer("user_id"), .integer("expires_at")]),
        StoredTable(
            "sign_in_places", key: [.integer("user_id"), .bytes("place")],
            [.integer("used_at"), .integer("returned")]),
    ]

    private static let points = [
        StoredTable("balances", key: [.integer("user_id")], [.integer("current"), .integer("withdrawn")]),
        StoredTable(
            "orders", key: [.integer("id")],
            [
                .text("number"), .integer("user_id"), .integer("status"), .integer("accrual"),
                .integer("uploaded_at"),
            ]),
        StoredTable(
            "withdrawals", key: [.integer("id")],
            [
                .text("order_number"), .integer("user_id"), .integer("sum"), .integer("processed_at"),
                .integer("refunded_at", isNullable: true),
            ]),
        StoredTable(
            "ledger", key: [.integer("id")],
            [
                .integer("user_id"), .integer("kind"), .text("order_number"), .integer("amount"),
                .integer("balance_after"), .integer("created_at"),
            ]),
        StoredTable("ledger_notes", key: [.integer("ledger_id")], [.text("author"), .text("reason")]),
    ]

    private static let accrualSystem = [
        StoredTable(
            "reward_rules", key: [.integer("id")],
            [.text("match_text"), .integer("kind"), .integer("reward_millionths")]),
        StoredTable("receipts", key: [.text("order_number")], [.integer("earned"), .integer("accepted_at")]),
    ]

    private static let staff = [
        StoredTable(
            "staff", key: [.integer("id")],
            [
                .text("name"), .integer("kind"), .integer("role"), .integer("state"), .text("password_hash"),
                .bytes("key_hash", isNullable: true), .integer("created_at"),
                .integer("last_used_at", isNullable: true),
            ]),
        StoredTable("staff_sessions", key: [.bytes("token_hash")], [.integer("staff_id"), .integer("expires_at")]),
        StoredTable(
            "staff_actions", key: [.integer("id")],
            [
                .integer("actor_kind"), .text("actor_name"), .integer("actor_role"),
                .integer("staff_id", isNullable: true), .text("address"), .text("action"),
                .integer("user_id", isNullable: true), .text("subject"), .integer("points", isNullable: true),
                .text("note"), .integer("created_at"),
            ]),
        StoredTable(
            "kept_responses", key: [.integer("id")],
            [
                .integer("staff_id"), .bytes("key_hash"), .bytes("request_hash"), .integer("status"),
                .bytes("body"), .integer("created_at"),
            ], rowsPerPage: keptResponsesPerPage),
        StoredTable("registration", key: [.integer("id")], [.integer("is_open")]),
        StoredTable(
            "figures", key: [.integer("quarter")],
            ["customers", "orders", "granted", "spent", "returned", "refunded", "given", "taken"].map { .integer($0) }),
    ]

    /// The body of a response may have some hundred kilobytes.
    private static let keptResponsesPerPage = 32
}
