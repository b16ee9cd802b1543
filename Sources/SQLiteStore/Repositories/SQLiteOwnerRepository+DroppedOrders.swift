import Loyalty
import SQLite
import SharedStore
import Storage

extension SQLiteOwnerRepository {
    func dropOrdersOfDeletedUsers(afterBatch: ([UnfinishedOrder]) -> Void) throws(StoreError) {
        try DeletedUsersOrder.dropAll(
            until: cancellation, find: ordersOfDeletedUsers,
            drop: { orders throws(StoreError) in
                try write { transaction, _ throws(SQLiteError) in try transaction.drop(orders) }
            }, afterBatch: afterBatch)
    }

    private func ordersOfDeletedUsers(after last: DeletedUsersOrder) throws(StoreError) -> [DeletedUsersOrder] {
        try read { database throws(SQLiteError) in
            try database.all(
                """
                SELECT orders.id, users.id, number
                FROM users CROSS JOIN orders INDEXED BY orders_unfinished_by_user ON orders.user_id = users.id
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
