import Loyalty
import SQLite

extension WriteTransaction {
    /// Writes down a change that the balance has just made, in the same transaction, so that a balance always equals the
    /// sum of its entries. The amount is in hundredths, and negative where points go; the order is empty where there is none.
    func addLedgerEntry(
        _ kind: LedgerEntry.Kind, of user: UserID, order: String, amount: Int64, at now: Timestamp
    ) throws(SQLiteError) {
        precondition(amount != 0, "what changes nothing has no entry")
        try run(
            """
            INSERT INTO ledger (user_id, kind, order_number, amount, balance_after, created_at)
            SELECT user_id, ?, ?, ?, current, ? FROM balances WHERE user_id = ?
            """, kind.rawValue, order, amount, now.milliseconds, user.rawValue)
    }
}

extension SQLiteRepository {
    package func ledger(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Page<LedgerEntry> {
        try page(from: cursor, limit: limit) { database, before, limit throws(SQLiteError) in
            try database.all(
                """
                SELECT id, kind, order_number, amount, balance_after, created_at FROM ledger
                WHERE user_id = ? AND id < ? ORDER BY id DESC LIMIT ?
                """, user.rawValue, before, limit
            ) { row throws(SQLiteError) in
                let entry = LedgerEntry(
                    kind: LedgerEntry.Kind(rawValue: row.integer(1)) ?? .other,
                    order: try row.orderNumberIfAny(2),
                    points: Points(hundredths: row.integer(3)),
                    balanceAfter: Points(hundredths: row.integer(4)), at: Timestamp(milliseconds: row.integer(5)))
                return (row.integer(0), entry)
            }
        }
    }
}

extension Row {
    /// `nil` if the column is empty, as an adjustment's is.
    borrowing func orderNumberIfAny(_ column: Int) throws(SQLiteError) -> OrderNumber? {
        let digits = text(column)
        return digits.isEmpty ? nil : try orderNumber(column)
    }

    /// Throws an error that ``SQLiteError/isBadValue`` if the column has no order number.
    borrowing func orderNumber(_ column: Int) throws(SQLiteError) -> OrderNumber {
        guard let number = OrderNumber(fromFile: text(column)) else { throw .badValue("an order number") }
        return number
    }

    /// Throws an error that ``SQLiteError/isBadValue`` if the column has no status of an order.
    borrowing func status(_ column: Int) throws(SQLiteError) -> Order.Status {
        guard let status = Order.Status(rawValue: integer(column)) else {
            throw .badValue("an order's status")
        }
        return status
    }
}
