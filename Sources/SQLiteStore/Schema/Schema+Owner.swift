extension Schema {
    /// The tables and states of the owner's commands. States are `UserAccount.State`; kinds of the ledger are 3 for an
    /// adjustment (which has no order, so its number is empty) and 4 for a refund.
    ///
    /// A deleted user's row stays, because orders and ledger refer to it, with a login that no user can have
    /// (`ShopTransaction.deleteUser(_:)`). A refunded withdrawal keeps its row as well, so that its number stays
    /// taken.
    static let owner = """
        ALTER TABLE users ADD COLUMN state INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 2);
        ALTER TABLE withdrawals ADD COLUMN refunded_at INTEGER;

        CREATE UNIQUE INDEX ledger_refunds ON ledger (order_number) WHERE kind = 4;
        CREATE TRIGGER ledger_owner_entries BEFORE INSERT ON ledger
            WHEN NEW.kind = 3 AND NEW.order_number <> '' OR NEW.kind = 4 AND NEW.amount < 0
            BEGIN SELECT RAISE(ABORT, 'an adjustment has no order, and a refund gives points back'); END;

        -- Who made an entry of the owner's, and why.
        CREATE TABLE ledger_notes (
            ledger_id INTEGER PRIMARY KEY REFERENCES ledger (id),
            author TEXT NOT NULL,
            reason TEXT NOT NULL
        ) STRICT;
        CREATE TRIGGER ledger_notes_stay_so BEFORE UPDATE ON ledger_notes
            BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
        CREATE TRIGGER ledger_notes_stay BEFORE DELETE ON ledger_notes
            BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
        """
}
