extension Schema {
    /// The first tables. Amounts are hundredths of a point, times are milliseconds since 1970 (UTC), statuses are
    /// `Order.Status`.
    ///
    /// Statements say `status < 2` for an order without a final status, and `state < 2` for a user who was not deleted:
    /// SQLite uses a partial index only for a statement that repeats the index's condition
    /// (sqlite.org/partialindex.html), and a bound value would not repeat it.
    ///
    /// The pages that an upload writes decide how many uploads a second are possible. So `orders` has only the indexes
    /// that it needs: the unique number, the list of a user, and the unfinished orders (a short index, whose new
    /// entries share a page).
    static let foundation = """
        CREATE TABLE users (
            id INTEGER PRIMARY KEY,
            login TEXT NOT NULL UNIQUE COLLATE BINARY,
            password_hash TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE sessions (
            token_hash BLOB PRIMARY KEY,
            user_id INTEGER NOT NULL REFERENCES users (id),
            expires_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX sessions_by_expiry ON sessions (expires_at);

        CREATE TABLE balances (
            user_id INTEGER PRIMARY KEY REFERENCES users (id),
            current INTEGER NOT NULL DEFAULT 0 CHECK (current >= 0),
            withdrawn INTEGER NOT NULL DEFAULT 0 CHECK (withdrawn >= 0)
        ) STRICT;

        CREATE TABLE orders (
            id INTEGER PRIMARY KEY,
            number TEXT NOT NULL UNIQUE COLLATE BINARY,
            user_id INTEGER NOT NULL REFERENCES users (id),
            status INTEGER NOT NULL DEFAULT 0 CHECK (status BETWEEN 0 AND 3),
            accrual INTEGER NOT NULL DEFAULT 0 CHECK (accrual >= 0 AND (accrual = 0 OR status = 3)),
            uploaded_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX orders_by_user ON orders (user_id);
        CREATE INDEX orders_unfinished ON orders (id) WHERE status < 2;
        CREATE TRIGGER orders_keep_final BEFORE UPDATE OF status, accrual ON orders WHEN OLD.status >= 2
            BEGIN SELECT RAISE(ABORT, 'a final status never changes'); END;

        CREATE TABLE withdrawals (
            id INTEGER PRIMARY KEY,
            order_number TEXT NOT NULL UNIQUE COLLATE BINARY,
            user_id INTEGER NOT NULL REFERENCES users (id),
            sum INTEGER NOT NULL CHECK (sum > 0),
            processed_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX withdrawals_by_user ON withdrawals (user_id);

        -- Kinds: 1 an accrual, 2 a withdrawal; others (an adjustment, a refund) may follow.
        CREATE TABLE ledger (
            id INTEGER PRIMARY KEY,
            user_id INTEGER NOT NULL REFERENCES users (id),
            kind INTEGER NOT NULL CHECK (kind > 0),
            order_number TEXT NOT NULL COLLATE BINARY,
            amount INTEGER NOT NULL CHECK (amount <> 0),
            balance_after INTEGER NOT NULL CHECK (balance_after >= 0),
            created_at INTEGER NOT NULL,
            CHECK (CASE kind WHEN 1 THEN amount > 0 WHEN 2 THEN amount < 0 ELSE 1 END)
        ) STRICT;
        CREATE INDEX ledger_by_user ON ledger (user_id);
        CREATE UNIQUE INDEX ledger_accruals ON ledger (order_number) WHERE kind = 1;
        CREATE TRIGGER ledger_keeps_amounts BEFORE UPDATE ON ledger
            BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
        CREATE TRIGGER ledger_keeps_entries BEFORE DELETE ON ledger
            BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
        """
}
