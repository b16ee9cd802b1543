-- session: Bearer 8tAQnL9uKoiFWbyEcCx-6nKhU2jzDo1LgNFily6N3GE
PRAGMA application_id = 1297241164;
PRAGMA user_version = 2;
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
CREATE TABLE withdrawals (
    id INTEGER PRIMARY KEY,
    order_number TEXT NOT NULL UNIQUE COLLATE BINARY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    sum INTEGER NOT NULL CHECK (sum > 0),
    processed_at INTEGER NOT NULL
) STRICT;
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
INSERT INTO "users" VALUES (1, 'anna', '$argon2id$v=19$m=19456,t=2,p=1$JDFtuOENZPCFZxq5Rx8rPQ$4zEWSjH9TPD/ltDqdfltkHgBsLVTebnxIqsJg7siZ0g', 1795734782371);
INSERT INTO "users" VALUES (2, 'борис', '$argon2id$v=19$m=19456,t=2,p=1$xYG464xt92yZrXH+ZP7ACQ$WP+cAfa04m1dol8pDPGe6kOximiwZM7nd8XmPo8g/rI', 1795734782464);
INSERT INTO "sessions" VALUES (X'3D55B8655CC5E101E079F64D122A70F8D2853C1755A7FF8F15787AAF90E2E72B', 1, 2111094782371);
INSERT INTO "sessions" VALUES (X'FCB9E93068568A4156A5B1E757836C5F4B69B2C95AA915C960A259986952ECBD', 2, 2111094782464);
INSERT INTO "balances" VALUES (1, 37950, 12050);
INSERT INTO "balances" VALUES (2, 0, 72998);
INSERT INTO "orders" VALUES (1, '10017', 1, 3, 50000, 1795734782380);
INSERT INTO "orders" VALUES (2, '10025', 1, 3, 0, 1795734782384);
INSERT INTO "orders" VALUES (3, '10033', 1, 2, 0, 1795734782388);
INSERT INTO "orders" VALUES (4, '10041', 1, 1, 0, 1795734782392);
INSERT INTO "orders" VALUES (5, '10058', 1, 0, 0, 1795734782396);
INSERT INTO "orders" VALUES (6, '30015', 2, 3, 72998, 1795734782468);
INSERT INTO "withdrawals" VALUES (1, '20016', 1, 12050, 1795734782838);
INSERT INTO "withdrawals" VALUES (2, '20024', 2, 70000, 1795734782844);
INSERT INTO "withdrawals" VALUES (3, '20032', 2, 2998, 1795734782845);
INSERT INTO "ledger" VALUES (1, 2, 1, '30015', 72998, 72998, 1795734782833);
INSERT INTO "ledger" VALUES (2, 1, 1, '10017', 50000, 50000, 1795734782833);
INSERT INTO "ledger" VALUES (3, 1, 2, '20016', -12050, 37950, 1795734782838);
INSERT INTO "ledger" VALUES (4, 2, 2, '20024', -70000, 2998, 1795734782844);
INSERT INTO "ledger" VALUES (5, 2, 2, '20032', -2998, 0, 1795734782845);
INSERT INTO "reward_rules" VALUES (1, 'Bork', 1, 10000000);
INSERT INTO "reward_rules" VALUES (2, 'чай', 2, 5500000);
INSERT INTO "receipts" VALUES ('40014', 1549, 1795734782892);
CREATE TRIGGER orders_keep_final BEFORE UPDATE OF status, accrual ON orders WHEN OLD.status >= 2
    BEGIN SELECT RAISE(ABORT, 'a final status never changes'); END;
CREATE TRIGGER ledger_keeps_amounts BEFORE UPDATE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_keeps_entries BEFORE DELETE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER receipts_keep_earned BEFORE UPDATE ON receipts
    BEGIN SELECT RAISE(ABORT, 'what an order earned never changes'); END;
CREATE TRIGGER receipts_stay BEFORE DELETE ON receipts
    BEGIN SELECT RAISE(ABORT, 'what an order earned never changes'); END;
