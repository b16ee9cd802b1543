-- session: Bearer l0zgxGM3_kUMiWfArCwzOZjZwgyoSeEceVOSU5dc734
PRAGMA application_id = 1297241164;
PRAGMA user_version = 5;
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
INSERT INTO "users" VALUES (1, 'anna', '$argon2id$v=19$m=19456,t=2,p=1$UQ7tKJrEliz/NYU2/TBcWg$NsNdNPeRGDa9B5aU2SgiWhb2r1zOmS0AIGWZgu+KO+Q', 1795900520364, 0);
INSERT INTO "users" VALUES (2, 'борис', '$argon2id$v=19$m=19456,t=2,p=1$s0/aC1BAQsYOQhKh2s2HIw$OCjtfbsh80j1bG/1+hcEHhMoh5mRkfxlJ84EVlCu0M0', 1795900520412, 0);
INSERT INTO "sessions" VALUES (X'F3208CDF2D580388D9AA282D93AB0730DD4717F811E037B5F49476411DA874CA', 1, 2111260520364);
INSERT INTO "sessions" VALUES (X'8B8F3EA8E4BF695C60ACA41CFE130C1F72734414D3F84BDB8DF42496BC498F24', 2, 2111260520412);
INSERT INTO "balances" VALUES (1, 37950, 12050);
INSERT INTO "balances" VALUES (2, 0, 72998);
INSERT INTO "orders" VALUES (1, '10017', 1, 3, 50000, 1795900520369);
INSERT INTO "orders" VALUES (2, '10025', 1, 3, 0, 1795900520372);
INSERT INTO "orders" VALUES (3, '10033', 1, 2, 0, 1795900520376);
INSERT INTO "orders" VALUES (4, '10041', 1, 1, 0, 1795900520380);
INSERT INTO "orders" VALUES (5, '10058', 1, 0, 0, 1795900520384);
INSERT INTO "orders" VALUES (6, '30015', 2, 3, 72998, 1795900520417);
INSERT INTO "withdrawals" VALUES (1, '20016', 1, 12050, 1795900520840, NULL);
INSERT INTO "withdrawals" VALUES (2, '20024', 2, 70000, 1795900520841, NULL);
INSERT INTO "withdrawals" VALUES (3, '20032', 2, 2998, 1795900520842, NULL);
INSERT INTO "ledger" VALUES (1, 2, 1, '30015', 72998, 72998, 1795900520835);
INSERT INTO "ledger" VALUES (2, 1, 1, '10017', 50000, 50000, 1795900520835);
INSERT INTO "ledger" VALUES (3, 1, 2, '20016', -12050, 37950, 1795900520840);
INSERT INTO "ledger" VALUES (4, 2, 2, '20024', -70000, 2998, 1795900520841);
INSERT INTO "ledger" VALUES (5, 2, 2, '20032', -2998, 0, 1795900520842);
INSERT INTO "reward_rules" VALUES (1, 'Bork', 1, 10000000);
INSERT INTO "reward_rules" VALUES (2, 'чай', 2, 5500000);
INSERT INTO "receipts" VALUES ('40014', 1549, 1795900520925);
INSERT INTO "sign_in_places" VALUES (1, X'7F000001', 1795900520364, 0);
INSERT INTO "sign_in_places" VALUES (1, X'CE2857BE475342577AE3FC6F748830ECCCC82DB37C572B7C137A7AD5A719CC1E', 1795900520364, 0);
INSERT INTO "sign_in_places" VALUES (2, X'60BA9015A5AAD26377583E33CE2DCD2E958F79A47F7E3B749C7370E46F2EBF9E', 1795900520412, 0);
INSERT INTO "sign_in_places" VALUES (2, X'7F000001', 1795900520412, 0);
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
CREATE TRIGGER ledger_owner_entries BEFORE INSERT ON ledger
    WHEN NEW.kind = 3 AND NEW.order_number <> '' OR NEW.kind = 4 AND NEW.amount < 0
    BEGIN SELECT RAISE(ABORT, 'an adjustment has no order, and a refund gives points back'); END;
CREATE TRIGGER ledger_notes_stay_so BEFORE UPDATE ON ledger_notes
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_notes_stay BEFORE DELETE ON ledger_notes
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
