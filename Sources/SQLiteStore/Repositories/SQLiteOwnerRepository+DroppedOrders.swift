import Loyalty
import SQLite
import SharedStore
import Storage

/// Unfinished orders of deleted users, which an owner may end instead of waiting for answers of the accrual system.
extension SQLiteOwnerRepository {
    /// Orders in one transaction. A batch takes a few milliseconds of the writer's time, so that customers' writes
    /// between two batches hardly wait. Each batch has a sync of the disk of its own, so that much smaller ones would
    /// take much longer in all.
    static let droppedPerBatchMax = 256

    func dropOrdersOfDeletedUsers(afterBatch: ([UnfinishedOrder]) -> Void) throws(StoreError) {
        var last = DeletedUsersOrder(id: OrderID(rawValue: .min), user: UserID(rawValue: .min), number: nil)
        while true {
            guard !cancellation.isCancelled else { throw StoreError("The server stops.") }
            let found = try ordersOfDeletedUsers(after: last)
            guard let lastFound = found.last else { return }
            let orders = found.compactMap(\.unfinished)
            let dropped = try write { transaction, _ throws(SQLiteError) in try transaction.drop(orders) }
            afterBatch(dropped)
            guard found.count == Self.droppedPerBatchMax else { return }
            last = lastFound
        }
    }

    /// A batch, in the order of users and of their orders. Read outside the writer's transaction, since it looks at all
    /// users.
    private func ordersOfDeletedUsers(after last: DeletedUsersOrder) throws(StoreError) -> [DeletedUsersOrder] {
        try read { database throws(SQLiteError) in
            try database.all(
                """
                SELECT orders.id, users.id, number
                FROM users CROSS JOIN orders INDEXED BY orders_unfinished_by_user ON orders.user_id = users.id
                WHERE users.id >= ?1 AND state = ?3 AND status < 2 AND (users.id > ?1 OR orders.id > ?2)
                ORDER BY users.id, orders.id LIMIT ?4
                """, last.user.rawValue, last.id.rawValue, UserAccount.State.deleted.rawValue,
                Int64(Self.droppedPerBatchMax)
            ) { row in
                DeletedUsersOrder(
                    id: OrderID(rawValue: row.integer(0)), user: UserID(rawValue: row.integer(1)),
                    number: OrderNumber(fromFile: row.text(2)))
            }
        }
    }
}

private struct DeletedUsersOrder {
    let id: OrderID
    let user: UserID
    /// `nil` if the file has no order number there; such an order passes no check, is never asked about, and stays as
    /// it is.
    let number: OrderNumber?

    var unfinished: UnfinishedOrder? { number.map { UnfinishedOrder(id: id, number: $0, user: user) } }
}
