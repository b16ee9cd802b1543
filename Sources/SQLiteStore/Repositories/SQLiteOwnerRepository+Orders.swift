import Loyalty
import SQLite
import SharedStore
import Storage

extension SQLiteOwnerRepository {
    func orders(
        of user: UserSelector?, status: Order.Status?, before order: OrderID?, limit: Int
    ) throws(StoreError) -> [OwnedOrder]? {
        let (before, limit) = (order?.rawValue ?? .max, Int64(limit))
        return try read { database throws(SQLiteError) in
            if let user {
                guard let user = try database.shared.id(of: user) else { return nil }
                return try database.shared.all(
                    """
                    SELECT orders.id, number, status, accrual, uploaded_at, login, state
                    FROM orders JOIN users ON users.id = user_id
                    WHERE user_id = ?1 AND orders.id < ?2 AND (?3 IS NULL OR status = ?3) ORDER BY orders.id DESC LIMIT ?4
                    """, user, before, status?.rawValue, limit
                ) { row throws(BadValue) in try OwnedOrder(row) }
            }
            if let status, !status.isFinal {
                // Unfinished orders are few among many, which the planner does not know.
                return try database.shared.all(
                    """
                    SELECT orders.id, number, status, accrual, uploaded_at, login, state
                    FROM orders INDEXED BY orders_unfinished_by_user JOIN users ON users.id = user_id
                    WHERE status < 2 AND status = ? AND orders.id < ? ORDER BY orders.id DESC LIMIT ?
                    """, status.rawValue, before, limit
                ) { row throws(BadValue) in try OwnedOrder(row) }
            }
            return try database.shared.all(
                """
                SELECT orders.id, number, status, accrual, uploaded_at, login, state
                FROM orders JOIN users ON users.id = user_id
                WHERE orders.id < ?1 AND (?2 IS NULL OR status = ?2) ORDER BY orders.id DESC LIMIT ?3
                """, before, status?.rawValue, limit
            ) { row throws(BadValue) in try OwnedOrder(row) }
        }
    }
}
