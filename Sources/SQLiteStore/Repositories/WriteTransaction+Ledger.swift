import Loyalty
import SQLite
import SharedStore

extension WriteTransaction {
    @discardableResult
    func addLedgerEntry(
        _ kind: LedgerEntry.Kind, of user: UserID, order: String, amount: Int64, at now: Timestamp
    ) throws(SQLiteError) -> Int64 {
        precondition(amount != 0, "a ledger entry's amount must not be zero")
        try database.run(
            """
            INSERT INTO ledger (user_id, kind, order_number, amount, balance_after, created_at)
            SELECT user_id, ?, ?, ?, current, ? FROM balances WHERE user_id = ?
            """, kind.rawValue, order, amount, now.milliseconds, user.rawValue)
        figures.noteEntry(kind, amount: amount, at: now)
        return database.lastInsertedID
    }
}
