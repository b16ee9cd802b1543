import Eventual
import Loyalty
import SQLite

extension SQLiteRepository {
    func ledger(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<LedgerEntry>, LoyaltyError> {
        try page(from: cursor, limit: limit) { database, before, limit throws(SQLiteError) in
            try database.all(
                """
                SELECT id, kind, order_number, amount, balance_after, created_at FROM ledger
                WHERE user_id = ? AND id < ? ORDER BY id DESC LIMIT ?
                """, user.rawValue, before, limit
            ) { row throws(SQLiteError) in
                (row.integer(0), try LedgerEntry(row, from: 1))
            }
        }
    }
}
