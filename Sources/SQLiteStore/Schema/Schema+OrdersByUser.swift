extension Schema {
    /// Orders in the order of their users, so that a customer's list is on a page or two. Before, each order of a list
    /// was on another page, and SQLite reads its pages again after each commit.
    ///
    /// Ids grow from upload to upload as before, since cursors and the pipeline name orders by them. The new table is
    /// filled through an index of the old one, which takes no memory. The other indexes are made of its rows, because a
    /// sorted list becomes an index faster than rows in another order do.
    ///
    /// The trigger of `receipts` mentions `orders`. It is made again, because no table is renamed while a trigger
    /// mentions a table that is not there (sqlite.org/lang_altertable.html).
    static let ordersByUser = """
        CREATE TABLE new_orders (
            user_id INTEGER NOT NULL REFERENCES users (id),
            id INTEGER NOT NULL,
            number TEXT NOT NULL COLLATE BINARY,
            status INTEGER NOT NULL DEFAULT 0 CHECK (status BETWEEN 0 AND 3),
            accrual INTEGER NOT NULL DEFAULT 0 CHECK (accrual >= 0 AND (accrual = 0 OR status = 3)),
            uploaded_at INTEGER NOT NULL,
            PRIMARY KEY (user_id, id)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO new_orders (user_id, id, number, status, accrual, uploaded_at)
            SELECT user_id, id, number, status, accrual, uploaded_at FROM orders INDEXED BY orders_by_user
            ORDER BY user_id, id;

        DROP TRIGGER receipts_keep_earned;
        DROP TABLE orders;
        ALTER TABLE new_orders RENAME TO orders;
        CREATE UNIQUE INDEX orders_by_number ON orders (number);
        CREATE UNIQUE INDEX orders_by_id ON orders (id);
        CREATE INDEX orders_unfinished_by_user ON orders (user_id) WHERE status < 2;
        CREATE TRIGGER orders_keep_final BEFORE UPDATE OF status, accrual ON orders WHEN OLD.status >= 2
            BEGIN SELECT RAISE(ABORT, 'a final status never changes'); END;
        CREATE TRIGGER receipts_keep_earned BEFORE UPDATE ON receipts
            WHEN NEW.order_number <> OLD.order_number OR NEW.accepted_at <> OLD.accepted_at
                OR EXISTS (SELECT 1 FROM orders WHERE number = OLD.order_number AND status >= 2)
            BEGIN SELECT RAISE(ABORT, 'what a final order earned never changes'); END;
        """
}
