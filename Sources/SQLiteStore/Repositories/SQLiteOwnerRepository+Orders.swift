import Loyalty
import SQLite
import Storage

extension SQLiteOwnerRepository {
    func orders(
        of user: UserSelector?, status: Order.Status?, before order: OrderID?, limit: Int
    ) throws(StoreError) -> [OwnedOrder]? {
        let (before, limit) = (order?.rawValue ?? .max, Int64(limit))
        return try read { database throws(SQLiteError) in
            if let user {
                guard let user = try Self.id(of: user, in: database) else { return nil }
                return try database.all(
                    """
                    SELECT orders.id, number, status, accrual, uploaded_at, login, state
                    FROM orders JOIN users ON users.id = user_id
                    WHERE user_id = ?1 AND orders.id < ?2 AND (?3 IS NULL OR status = ?3) ORDER BY orders.id DESC LIMIT ?4
                    """, user, before, status?.rawValue, limit
                ) { row throws(SQLiteError) in try OwnedOrder(row) }
            }
            if let status, !status.isFinal {
                // Unfinished orders are few among many, which the planner does not know.
                return try database.all(
                    """
                    SELECT orders.id, number, status, accrual, uploaded_at, login, state
                    FROM orders INDEXED BY orders_unfinished_by_user JOIN users ON users.id = user_id
                    WHERE status < 2 AND status = ? AND orders.id < ? ORDER BY orders.id DESC LIMIT ?
                    """, status.rawValue, before, limit
                ) { row throws(SQLiteError) in try OwnedOrder(row) }
            }
            return try database.all(
                """
                SELECT orders.id, number, status, accrual, uploaded_at, login, state
                FROM orders JOIN users ON users.id = user_id
                WHERE orders.id < ?1 AND (?2 IS NULL OR status = ?2) ORDER BY orders.id DESC LIMIT ?3
                """, before, status?.rawValue, limit
            ) { row throws(SQLiteError) in try OwnedOrder(row) }
        }
    }

    func use(of number: OrderNumber) throws(StoreError) -> NumberUse {
        try read { database throws(SQLiteError) in
            let order = try database.first(
                """
                SELECT orders.id, number, status, accrual, uploaded_at, login, state
                FROM orders JOIN users ON users.id = user_id WHERE number = ?
                """, number.digits
            ) { row throws(SQLiteError) in try OwnedOrder(row) }
            let withdrawal = try database.first(
                """
                SELECT order_number, sum, processed_at, refunded_at, login, state,
                    (SELECT author FROM ledger JOIN ledger_notes ON ledger_id = id WHERE order_number = ?1 AND kind = 4),
                    (SELECT reason FROM ledger JOIN ledger_notes ON ledger_id = id WHERE order_number = ?1 AND kind = 4)
                FROM withdrawals JOIN users ON users.id = user_id WHERE order_number = ?1
                """, number.digits
            ) { row throws(SQLiteError) in
                OwnedWithdrawal(
                    withdrawal: try Withdrawal(row, from: 0), login: row.login(4),
                    refundedAt: row.isNull(3) ? nil : Timestamp(milliseconds: row.integer(3)), note: try row.note(6))
            }
            return NumberUse(order: order, withdrawal: withdrawal)
        }
    }
}
