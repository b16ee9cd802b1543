-- session: Bearer PdpSIZJAwotpu9e9xy-nMcQlh1FBvfTqi-6-ZePuuJY
PRAGMA application_id = 1297241164;
PRAGMA user_version = 6;
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    login TEXT NOT NULL UNIQUE COLLATE BINARY,
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL
, state INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 2)) STRICT;
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
CREATE TABLE withdrawals (
    id INTEGER PRIMARY KEY,
    order_number TEXT NOT NULL UNIQUE COLLATE BINARY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    sum INTEGER NOT NULL CHECK (sum > 0),
    processed_at INTEGER NOT NULL
, refunded_at INTEGER) STRICT;
CREATE INDEX withdrawals_by_user ON withdrawals (user_id);
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
CREATE TABLE reward_rules (
    id INTEGER PRIMARY KEY,
    match_text TEXT NOT NULL UNIQUE COLLATE BINARY CHECK (match_text <> ''),
    kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 2),
    reward_millionths INTEGER NOT NULL CHECK (reward_millionths > 0)
) STRICT;
CREATE TABLE receipts (
    order_number TEXT PRIMARY KEY COLLATE BINARY,
    earned INTEGER NOT NULL CHECK (earned >= 0),
    accepted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX ledger_refunds ON ledger (order_number) WHERE kind = 4;
CREATE TABLE ledger_notes (
    ledger_id INTEGER PRIMARY KEY REFERENCES ledger (id),
    author TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX orders_unfinished_by_user ON orders (user_id) WHERE status < 2;
CREATE TABLE sign_in_places (
    user_id INTEGER NOT NULL REFERENCES users (id),
    place BLOB NOT NULL CHECK (length(place) IN (4, 8, 32)),
    used_at INTEGER NOT NULL,
    returned INTEGER NOT NULL DEFAULT 0 CHECK (returned IN (0, 1)),
    PRIMARY KEY (user_id, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_id, expires_at);
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
CREATE INDEX ledger_returns ON ledger (order_number) WHERE kind = 5;
INSERT INTO "users" VALUES (1, 'anna', '$argon2id$v=19$m=19456,t=2,p=1$ybBNa+TVh2VBWSodsA/Zew$dhb03cX3LuaqO//Vz6jLYwgGIr7VgV3eV1m5Jts/ZEo', 1795943988761, 0);
INSERT INTO "users" VALUES (2, 'борис', '$argon2id$v=19$m=19456,t=2,p=1$Fg3qZq01bDwf/Yqk4res3A$b0VnfjzboQNM2DxtkXMlY6FPz5Gazb2YdU1f/6tfiE4', 1795943988859, 0);
INSERT INTO "sessions" VALUES (X'16CD116BBF41EAA3D20DFE7ACE4BF3B3EB29B5C8457BBEB13F4F9815574E8495', 1, 2111303988761);
INSERT INTO "sessions" VALUES (X'136FE38C8C566EFAD29BF7DAAAF4DF8260B7F7E1EBE87F10FA2CC29B96565EEC', 2, 2111303988858);
INSERT INTO "balances" VALUES (1, 37950, 12050);
INSERT INTO "balances" VALUES (2, 0, 72998);
INSERT INTO "orders" VALUES (1, '10017', 1, 3, 50000, 1795943988765);
INSERT INTO "orders" VALUES (2, '10025', 1, 3, 0, 1795943988766);
INSERT INTO "orders" VALUES (3, '10033', 1, 2, 0, 1795943988767);
INSERT INTO "orders" VALUES (4, '10041', 1, 1, 0, 1795943988767);
INSERT INTO "orders" VALUES (5, '10058', 1, 0, 0, 1795943988770);
INSERT INTO "orders" VALUES (6, '30015', 2, 3, 72998, 1795943988860);
INSERT INTO "withdrawals" VALUES (1, '20016', 1, 12050, 1795943989187, NULL);
INSERT INTO "withdrawals" VALUES (2, '20024', 2, 70000, 1795943989188, NULL);
INSERT INTO "withdrawals" VALUES (3, '20032', 2, 2998, 1795943989189, NULL);
INSERT INTO "ledger" VALUES (1, 1, 1, '10017', 50000, 50000, 1795943989184);
INSERT INTO "ledger" VALUES (2, 2, 1, '30015', 72998, 72998, 1795943989184);
INSERT INTO "ledger" VALUES (3, 1, 2, '20016', -12050, 37950, 1795943989187);
INSERT INTO "ledger" VALUES (4, 2, 2, '20024', -70000, 2998, 1795943989188);
INSERT INTO "ledger" VALUES (5, 2, 2, '20032', -2998, 0, 1795943989189);
INSERT INTO "reward_rules" VALUES (1, 'Bork', 1, 10000000);
INSERT INTO "reward_rules" VALUES (2, 'чай', 2, 5500000);
INSERT INTO "receipts" VALUES ('40014', 1549, 1795943989297);
INSERT INTO "sign_in_places" VALUES (1, X'6201D26EF5C5F9E92751E23893233DC188DA44C9AC2EFE05C039A8FACB65A422', 1795943988761, 0);
INSERT INTO "sign_in_places" VALUES (1, X'7F000001', 1795943988761, 0);
INSERT INTO "sign_in_places" VALUES (2, X'08BE4A8F1EF33575573220E9D2D78A7B046052FA76850D0700C20AA72971E10E', 1795943988858, 0);
INSERT INTO "sign_in_places" VALUES (2, X'7F000001', 1795943988858, 0);
INSERT INTO "figures" VALUES (1995493, 2, 6, 122998, 85048, 0, 0, 0, 0);
CREATE TRIGGER orders_keep_final BEFORE UPDATE OF status, accrual ON orders WHEN OLD.status >= 2
    BEGIN SELECT RAISE(ABORT, 'a final status never changes'); END;
CREATE TRIGGER ledger_keeps_amounts BEFORE UPDATE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_keeps_entries BEFORE DELETE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER receipts_stay BEFORE DELETE ON receipts
    BEGIN SELECT RAISE(ABORT, 'what an order earned never changes'); END;
CREATE TRIGGER ledger_notes_stay_so BEFORE UPDATE ON ledger_notes
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_notes_stay BEFORE DELETE ON ledger_notes
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER staff_actions_stay_so BEFORE UPDATE ON staff_actions
    BEGIN SELECT RAISE(ABORT, 'the record of actions is append-only'); END;
CREATE TRIGGER staff_actions_stay BEFORE DELETE ON staff_actions
    BEGIN SELECT RAISE(ABORT, 'the record of actions is append-only'); END;
CREATE TRIGGER ledger_owner_entries BEFORE INSERT ON ledger
    WHEN NEW.kind = 3 AND NEW.order_number <> '' OR NEW.kind = 4 AND NEW.amount < 0
        OR NEW.kind = 5 AND NEW.amount > 0
    BEGIN SELECT RAISE(ABORT, 'an adjustment has no order, a refund gives points back, and a return takes some'); END;
CREATE TRIGGER receipts_keep_earned BEFORE UPDATE ON receipts
    WHEN NEW.order_number <> OLD.order_number OR NEW.accepted_at <> OLD.accepted_at
        OR EXISTS (SELECT 1 FROM orders WHERE number = OLD.order_number AND status >= 2)
    BEGIN SELECT RAISE(ABORT, 'what a final order earned never changes'); END;
