extension Schema {
    /// The tables of the staff, the record of their actions, and the figures of the shop.
    ///
    /// Kinds, roles and states are those of `StaffAccount` and `Actor`. The row of a deleted account stays, because
    /// actions refer to it, with a name that no account can have. An action names its customer by the id alone, so that
    /// a deleted customer's login stays nowhere.
    ///
    /// Each row of `figures` has the sums of 15 minutes (UTC), numbered from 1970. The writer adds to them once in each
    /// of its transactions, so that an upload costs no statement of its own. All sums are of one sign, so that a sum
    /// that leaves 64 bits stays at the greatest integer, in whatever order its parts come.
    static let staff =
        """
        CREATE TABLE staff (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE COLLATE BINARY,
            kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 2),
            role INTEGER NOT NULL CHECK (role BETWEEN 1 AND 2),
            state INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 2),
            password_hash TEXT NOT NULL,
            key_hash BLOB UNIQUE,
            created_at INTEGER NOT NULL,
            last_used_at INTEGER
        ) STRICT;

        CREATE TABLE staff_sessions (
            token_hash BLOB PRIMARY KEY,
            staff_id INTEGER NOT NULL REFERENCES staff (id),
            expires_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX staff_sessions_by_staff ON staff_sessions (staff_id, expires_at);

        CREATE TABLE staff_actions (
            id INTEGER PRIMARY KEY,
            actor_kind INTEGER NOT NULL CHECK (actor_kind BETWEEN 1 AND 3),
            actor_name TEXT NOT NULL,
            actor_role INTEGER NOT NULL CHECK (actor_role BETWEEN 1 AND 2),
            staff_id INTEGER REFERENCES staff (id),
            address TEXT NOT NULL,
            action TEXT NOT NULL,
            user_id INTEGER REFERENCES users (id),
            subject TEXT NOT NULL,
            points INTEGER,
            note TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX staff_actions_by_user ON staff_actions (user_id) WHERE user_id IS NOT NULL;
        CREATE TRIGGER staff_actions_stay_so BEFORE UPDATE ON staff_actions
            BEGIN SELECT RAISE(ABORT, 'the record of actions is append-only'); END;
        CREATE TRIGGER staff_actions_stay BEFORE DELETE ON staff_actions
            BEGIN SELECT RAISE(ABORT, 'the record of actions is append-only'); END;

        CREATE TABLE kept_responses (
            id INTEGER PRIMARY KEY,
            staff_id INTEGER NOT NULL REFERENCES staff (id),
            key_hash BLOB NOT NULL,
            request_hash BLOB NOT NULL,
            status INTEGER NOT NULL,
            body BLOB NOT NULL,
            created_at INTEGER NOT NULL,
            UNIQUE (staff_id, key_hash)
        ) STRICT;
        CREATE INDEX kept_responses_by_age ON kept_responses (created_at);

        -- One row, once the owner has opened or closed registration.
        CREATE TABLE registration (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            is_open INTEGER NOT NULL CHECK (is_open IN (0, 1))
        ) STRICT;

        CREATE TABLE figures (
            quarter INTEGER PRIMARY KEY,
            customers INTEGER NOT NULL CHECK (customers >= 0),
            orders INTEGER NOT NULL CHECK (orders >= 0),
            granted INTEGER NOT NULL CHECK (granted >= 0),
            spent INTEGER NOT NULL CHECK (spent >= 0),
            returned INTEGER NOT NULL CHECK (returned >= 0),
            refunded INTEGER NOT NULL CHECK (refunded >= 0),
            given INTEGER NOT NULL CHECK (given >= 0),
            taken INTEGER NOT NULL CHECK (taken >= 0)
        ) STRICT;
        INSERT INTO figures \(figuresOfHistory);

        -- Kind 5 of the ledger: points that an order had earned are taken back.
        CREATE INDEX ledger_returns ON ledger (order_number) WHERE kind = 5;
        DROP TRIGGER ledger_owner_entries;
        CREATE TRIGGER ledger_owner_entries BEFORE INSERT ON ledger
            WHEN NEW.kind = 3 AND NEW.order_number <> '' OR NEW.kind = 4 AND NEW.amount < 0
                OR NEW.kind = 5 AND NEW.amount > 0
            BEGIN SELECT RAISE(ABORT, 'an adjustment has no order, a refund gives points back, and a return takes some'); END;

        -- A receipt may be corrected until its order has a final status.
        DROP TRIGGER receipts_keep_earned;
        CREATE TRIGGER receipts_keep_earned BEFORE UPDATE ON receipts
            WHEN NEW.order_number <> OLD.order_number OR NEW.accepted_at <> OLD.accepted_at
                OR EXISTS (SELECT 1 FROM orders WHERE number = OLD.order_number AND status >= 2)
            BEGIN SELECT RAISE(ABORT, 'what a final order earned never changes'); END;
        """

    /// Selects the rows that `figures` has to have. The check of a file compares them; a change needs a migration that
    /// makes the table again.
    ///
    /// Each sum is taken in two halves, because SQLite's `sum` fails if a total leaves 64 bits
    /// (sqlite.org/lang_aggfunc.html#sumunc); the cast of a real number that is too large gives the greatest integer
    /// (sqlite.org/lang_expr.html#castexpr).
    static let figuresOfHistory: String = {
        let sums = [
            (1, "amount > 0", ""), (2, "amount < 0", "-"), (5, "amount < 0", "-"), (4, "amount > 0", ""),
            (3, "amount > 0", ""), (3, "amount < 0", "-"),
        ]
        let columns = sums.map { kind, condition, sign in
            let part = { (operation: String) in
                "\(sign)sum(CASE WHEN kind = \(kind) AND \(condition) THEN amount \(operation) 1000000 ELSE 0 END)"
            }
            return "CAST(\(part("/")) * 1000000 + \(part("%")) AS INTEGER)"
        }
        return """
            SELECT quarter, sum(customers), sum(orders), \(columns.joined(separator: ", "))
            FROM (SELECT created_at / 900000 AS quarter, 1 AS customers, 0 AS orders, 0 AS kind, 0 AS amount FROM users
                UNION ALL SELECT uploaded_at / 900000, 0, 1, 0, 0 FROM orders
                UNION ALL SELECT created_at / 900000, 0, 0, kind, amount FROM ledger)
            GROUP BY quarter
            """
    }()
}
