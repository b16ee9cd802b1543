import Loyalty
import SQLite

extension WriteTransaction {
    /// Adds the entry of a change that the balance has just made, in the same transaction, so that a balance always
    /// equals the sum of its entries.
    ///
    /// - Parameters:
    ///   - order: the order's digits; empty if the change has no order.
    ///   - amount: in hundredths; negative if points were taken, never zero.
    func addLedgerEntry(
        _ kind: LedgerEntry.Kind, of user: UserID, order: String, amount: Int64, at now: Timestamp
    ) throws(SQLiteError) {
        precondition(amount != 0, "a ledger entry's amount must not be zero")
        try run(
            """
            INSERT INTO ledger (user_id, kind, order_number, amount, balance_after, created_at)
            SELECT user_id, ?, ?, ?, current, ? FROM balances WHERE user_id = ?
            """, kind.rawValue, order, amount, now.milliseconds, user.rawValue)
        figures.noteEntry(kind, amount: amount, at: now)
    }
}
