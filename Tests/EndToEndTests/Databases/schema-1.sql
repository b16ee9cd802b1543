-- session: Bearer lyJPnqYATXgr_rEeGYRSpIWYfiTclFTnI1Ix6sROhCY
PRAGMA application_id = 1297241164;
PRAGMA user_version = 1;
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
INSERT INTO "users" VALUES (1, 'anna', '$argon2id$v=19$m=19456,t=2,p=1$9H1e8IiQI+njapLQVS57PA$ccDV6mKuLzs+tD4DpfF/SYZJaZeBlR5UIpb9Gj/WR6I', 1795734881047);
INSERT INTO "users" VALUES (2, 'борис', '$argon2id$v=19$m=19456,t=2,p=1$rW6Koh8I9rQ7IK5HhYN+Cg$26yFkVRY+eoH28vKbX9AQlnoREVkmKC4hVCTbF526vA', 1795734881112);
INSERT INTO "sessions" VALUES (X'C5C5E437C48EB7C73925591EF03D8119976B7158DF84B0DD32C2408FC92031F4', 1, 2111094881047);
INSERT INTO "sessions" VALUES (X'C6F4834CBA9E710E70DEC30DF8DA0A8E9CDD884E747106C77E545EC59433185D', 2, 2111094881112);
INSERT INTO "balances" VALUES (1, 37950, 12050);
INSERT INTO "balances" VALUES (2, 0, 72998);
INSERT INTO "orders" VALUES (1, '10017', 1, 3, 50000, 1795734881052);
INSERT INTO "orders" VALUES (2, '10025', 1, 3, 0, 1795734881054);
INSERT INTO "orders" VALUES (3, '10033', 1, 2, 0, 1795734881055);
INSERT INTO "orders" VALUES (4, '10041', 1, 1, 0, 1795734881060);
INSERT INTO "orders" VALUES (5, '10058', 1, 0, 0, 1795734881064);
INSERT INTO "orders" VALUES (6, '30015', 2, 3, 72998, 1795734881114);
INSERT INTO "withdrawals" VALUES (1, '20016', 1, 12050, 1795734881515);
INSERT INTO "withdrawals" VALUES (2, '20024', 2, 70000, 1795734881516);
INSERT INTO "withdrawals" VALUES (3, '20032', 2, 2998, 1795734881516);
INSERT INTO "ledger" VALUES (1, 1, 1, '10017', 50000, 50000, 1795734881512);
INSERT INTO "ledger" VALUES (2, 2, 1, '30015', 72998, 72998, 1795734881512);
INSERT INTO "ledger" VALUES (3, 1, 2, '20016', -12050, 37950, 1795734881515);
INSERT INTO "ledger" VALUES (4, 2, 2, '20024', -70000, 2998, 1795734881516);
INSERT INTO "ledger" VALUES (5, 2, 2, '20032', -2998, 0, 1795734881516);
CREATE TRIGGER orders_keep_final BEFORE UPDATE OF status, accrual ON orders WHEN OLD.status >= 2
    BEGIN SELECT RAISE(ABORT, 'a final status never changes'); END;
CREATE TRIGGER ledger_keeps_amounts BEFORE UPDATE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_keeps_entries BEFORE DELETE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
