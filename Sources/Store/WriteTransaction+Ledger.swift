import Loyalty
import SQLite

/// Why a balance changed; raw values are stored.
enum LedgerKind: Int64 {
    case accrual = 1
    case withdrawal = 2
}

extension WriteTransaction {
    /// Writes down a change that the balance has just made, in the same transaction, so that a balance always equals the
    /// sum of its entries. The amount is in hundredths, and negative where points go.
    func addLedgerEntry(
        _ kind: LedgerKind, of user: UserID, order: String, amount: Int64, at now: Timestamp
    ) throws(SQLiteError) {
        precondition(amount != 0, "what changes nothing has no entry")
        try run(
            """
            INSERT INTO ledger (user_id, kind, order_number, amount, balance_after, created_at)
            SELECT user_id, ?, ?, ?, current, ? FROM balances WHERE user_id = ?
            """, kind.rawValue, order, amount, now.milliseconds, user.rawValue)
    }
}
