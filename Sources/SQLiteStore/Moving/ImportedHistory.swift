import Loyalty

/// The statements that make a shop's tables from the records of an import.
enum ImportedHistory {
    /// Makes the ledger of all imported users: the entries of each in order, with the balance after each. Of entries
    /// with the same time, those that add points count first, unless they refund a withdrawal of the same time.
    ///
    /// A running sum beyond 64 bits is an error of the statement.
    static let make = """
        CREATE TEMP TABLE moved_history (
            place INTEGER PRIMARY KEY, line INTEGER NOT NULL, user_id INTEGER NOT NULL, kind INTEGER NOT NULL,
            number TEXT NOT NULL, amount INTEGER NOT NULL, balance_after INTEGER NOT NULL, at INTEGER NOT NULL,
            author TEXT, reason TEXT) STRICT;
        INSERT INTO temp.moved_history
            (line, user_id, kind, number, amount, balance_after, at, author, reason)
            SELECT line, user_id, kind, number, amount,
                sum(amount) OVER (PARTITION BY user_id ORDER BY place, is_debit, line ROWS UNBOUNDED PRECEDING), at,
                author, reason
            FROM (SELECT line, user_id, 1 AS kind, number, accrual AS amount, credited_at AS at, NULL AS author,
                    NULL AS reason, coalesce(position, credited_at) AS place, 0 AS is_debit
                FROM temp.moved_orders WHERE accrual > 0
                UNION ALL SELECT line, user_id, kind, number, amount, at, author, reason, coalesce(position, at) AS place,
                    CASE WHEN spent.place = coalesce(position, at) THEN 2 ELSE amount < 0 END
                FROM temp.moved_entries LEFT JOIN (SELECT number AS spent_number, coalesce(position, at) AS place
                    FROM temp.moved_entries WHERE kind = 2) AS spent ON kind = 4 AND spent_number = number)
            ORDER BY place, is_debit, line;
        CREATE TEMP TABLE moved_balances (
            user_id INTEGER PRIMARY KEY, current INTEGER NOT NULL, withdrawn INTEGER NOT NULL) STRICT;
        INSERT INTO temp.moved_balances
            SELECT user_id, sum(amount), -sum(CASE WHEN kind IN (2, 4) THEN amount ELSE 0 END)
            FROM temp.moved_history GROUP BY user_id;
        """

    /// Fills the tables. Lists show orders by their ids, so these follow the lines if the lines have positions in the
    /// ledger, and otherwise the times of the uploads.
    static func apply(hasPositions: Bool) -> String {
        """
            INSERT INTO balances
                SELECT users.user_id, coalesce(sums.current, 0), coalesce(sums.withdrawn, 0)
                FROM temp.moved_users AS users LEFT JOIN temp.moved_balances AS sums USING (user_id);
            INSERT INTO orders (user_id, id, number, status, accrual, uploaded_at)
                SELECT user_id, (SELECT coalesce(max(id), 0) FROM orders)
                    + row_number() OVER (ORDER BY \(hasPositions ? "" : "uploaded_at, ")line),
                    number, status, accrual, uploaded_at
                FROM temp.moved_orders;
            INSERT INTO withdrawals (order_number, user_id, sum, processed_at, refunded_at)
                SELECT spent.number, user_id, -amount, spent.at, refunds.at FROM temp.moved_history AS spent
                LEFT JOIN (SELECT number, at FROM temp.moved_history WHERE kind = 4) AS refunds
                    ON refunds.number = spent.number
                WHERE kind = 2 ORDER BY place;
            INSERT INTO ledger (id, user_id, kind, order_number, amount, balance_after, created_at)
                SELECT (SELECT coalesce(max(id), 0) FROM ledger) + place, user_id, kind, number, amount, balance_after, at
                FROM temp.moved_history ORDER BY place;
            INSERT INTO ledger_notes
                SELECT (SELECT max(id) FROM ledger) - (SELECT max(place) FROM temp.moved_history) + place, author, reason
                FROM temp.moved_history WHERE author IS NOT NULL ORDER BY place;
            DELETE FROM figures;
            INSERT INTO figures \(Schema.figuresOfHistory);
        """
    }

    /// The sums of the imported balances, each in two parts, and the number of unfinished orders.
    static let totals: StaticString = """
        SELECT coalesce(sum(current / 1000000), 0), coalesce(sum(current % 1000000), 0),
            coalesce(sum(withdrawn / 1000000), 0), coalesce(sum(withdrawn % 1000000), 0),
            (SELECT count(*) FROM temp.moved_orders WHERE status < 2)
        FROM temp.moved_balances
        """
}
