import Postgres

/// The statements of the frequent reads. Each connection of a ``ReadLane`` prepares them when it is made.
enum ReadStatements {
    /// The sessions of all requests of a turn: a row for each session that exists, with its position among the
    /// parameters (from 1), the version of its user's data, and the balance, which costs nothing since it is in the
    /// same row as the version.
    static let sessions = sessions(ofHistory: 0)

    /// The history is a part of each revision, so that the version of a lost history is not taken for the same version
    /// of this one. Two random numbers of 63 bits that differ only in the few bits that versions use are unlikely. As a
    /// constant of the statement, the history costs nothing.
    private static func sessions(ofHistory history: Int64) -> PreparedStatement {
        PreparedStatement(
            "sessions",
            """
            SELECT shown.position, sessions.user_id, expires_at, version # (\(history))::int8, current, withdrawn
            FROM unnest($1) WITH ORDINALITY AS shown (hash, position)
            JOIN sessions ON token_hash = hash JOIN balances ON balances.user_id = sessions.user_id
            """, .bytesArray)
    }

    /// The balances of all requests of a turn, in rows like those of ``sessions``.
    static let balances = PreparedStatement(
        "balances",
        """
        SELECT asked.position, current, withdrawn
        FROM unnest($1) WITH ORDINALITY AS asked (id, position) JOIN balances ON user_id = asked.id
        """, .integerArray)

    static let orders = PreparedStatement(
        "orders",
        """
        SELECT id, number, status, accrual, uploaded_at FROM orders
        WHERE user_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3
        """, .integer, .integer, .integer)

    static let order = PreparedStatement(
        "order", "SELECT number, status, accrual, uploaded_at FROM orders WHERE number = $1 AND user_id = $2",
        .text, .integer)

    static let withdrawals = PreparedStatement(
        "withdrawals",
        """
        SELECT id, order_number, sum, processed_at FROM withdrawals
        WHERE user_id = $1 AND id < $2 AND refunded_at IS NULL ORDER BY id DESC LIMIT $3
        """, .integer, .integer, .integer)

    static let ledger = PreparedStatement(
        "ledger",
        """
        SELECT id, kind, order_number, amount, balance_after, created_at FROM ledger
        WHERE user_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3
        """, .integer, .integer, .integer)

    // The statements of sign-ins, which clients without an account may send. Each read is one statement, which travels
    // with the others of its turn and delays none of them.

    static let credentials = PreparedStatement(
        "credentials", "SELECT id, password_hash, state FROM users WHERE login = $1", .text)

    static let signInPlaces = PreparedStatement(
        "sign_in_places",
        """
        SELECT place FROM sign_in_places
        WHERE user_id = (SELECT id FROM users WHERE login = $1) AND place = ANY ($2)
        """, .text, .bytesArray)

    static let profile = PreparedStatement("profile", "SELECT login, created_at FROM users WHERE id = $1", .integer)

    static let registration = PreparedStatement("registration", "SELECT is_open FROM registration WHERE id = 1")

    /// The statements as one connection prepares them.
    ///
    /// - Parameter history: The number of the database's history as of this connection (``DatabaseState``).
    static func all(ofHistory history: Int64) -> [PreparedStatement] {
        [
            sessions(ofHistory: history), balances, orders, order, withdrawals, ledger, credentials, signInPlaces,
            profile, registration,
        ]
    }
}
