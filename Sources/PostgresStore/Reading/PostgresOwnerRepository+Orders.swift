import Loyalty
import Postgres
import SharedStore
import Storage

extension PostgresOwnerRepository {
    func orders(
        of user: UserSelector?, status: Order.Status?, before order: OrderID?, limit: Int
    ) throws(StoreError) -> [OwnedOrder]? {
        let (before, limit) = (order?.rawValue ?? .max, Int64(limit))
        return try read(isSnapshot: user != nil) { session throws(PostgresError) in
            if let user {
                guard let user = try session.id(of: user) else { return nil }
                return try session.all(
                    """
                    SELECT orders.id, number, status, accrual, uploaded_at, login, state
                    FROM orders JOIN users ON users.id = user_id
                    WHERE user_id = ?1 AND orders.id < ?2 AND (?3 IS NULL OR status = ?3) ORDER BY orders.id DESC LIMIT ?4
                    """, user, before, status?.rawValue, limit
                ) { row throws(BadValue) in try OwnedOrder(row) }
            }
            if let status, !status.isFinal {
                // The condition by which the planner finds the index of unfinished orders.
                return try session.all(
                    """
                    SELECT orders.id, number, status, accrual, uploaded_at, login, state
                    FROM orders JOIN users ON users.id = user_id
                    WHERE status < 2 AND status = ? AND orders.id < ? ORDER BY orders.id DESC LIMIT ?
                    """, status.rawValue, before, limit
                ) { row throws(BadValue) in try OwnedOrder(row) }
            }
            return try session.all(
                """
                SELECT orders.id, number, status, accrual, uploaded_at, login, state
                FROM orders JOIN users ON users.id = user_id
                WHERE orders.id < ?1 AND (?2 IS NULL OR status = ?2) ORDER BY orders.id DESC LIMIT ?3
                """, before, status?.rawValue, limit
            ) { row throws(BadValue) in try OwnedOrder(row) }
        }
    }
}

extension PostgresOwnerRepository {
    func dropOrdersOfDeletedUsers(afterBatch: ([UnfinishedOrder]) -> Void) throws(StoreError) {
        try DeletedUsersOrder.dropAll(
            until: cancellation, find: ordersOfDeletedUsers,
            drop: { orders throws(StoreError) in
                try write { transaction, _ throws(PostgresError) in
                    let dropped = try transaction.drop(orders)
                    transaction.noteDropped(dropped)
                    return dropped
                }
            }, afterBatch: afterBatch)
    }

    private func ordersOfDeletedUsers(after last: DeletedUsersOrder) throws(StoreError) -> [DeletedUsersOrder] {
        try read { session throws(PostgresError) in
            try session.all(
                """
                SELECT orders.id, users.id, number FROM users JOIN orders ON orders.user_id = users.id
                WHERE users.id >= ?1 AND state = ?3 AND status < 2 AND (users.id > ?1 OR orders.id > ?2)
                ORDER BY users.id, orders.id LIMIT ?4
                """, last.user.rawValue, last.id.rawValue, UserAccount.State.deleted.rawValue,
                Int64(DeletedUsersOrder.batchMax)
            ) { row in
                DeletedUsersOrder(id: row.integer(0), user: row.integer(1), number: row.text(2))
            }
        }
    }
}
