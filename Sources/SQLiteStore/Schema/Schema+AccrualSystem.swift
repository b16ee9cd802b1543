extension Schema {
    /// The tables of the built-in accrual system. Rewards are millionths, kinds are `RewardRule.Kind`.
    ///
    /// A receipt contains the points that its order earned and none of the goods, because no request ever asks for
    /// them. Its table is one tree, so accepting a receipt writes one page.
    static let accrualSystem = """
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
        CREATE TRIGGER receipts_keep_earned BEFORE UPDATE ON receipts
            BEGIN SELECT RAISE(ABORT, 'what an order earned never changes'); END;
        CREATE TRIGGER receipts_stay BEFORE DELETE ON receipts
            BEGIN SELECT RAISE(ABORT, 'what an order earned never changes'); END;
        """
}
