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

/// Unfinished orders of deleted users, which an owner may end instead of waiting for answers of the accrual system.
extension PostgresOwnerRepository {
    /// Orders in one transaction: each costs a round trip, so that a batch takes some ten milliseconds of the writer's
    /// time, and customers' writes between two batches hardly wait.
    private static let droppedPerBatchMax = 256

    func dropOrdersOfDeletedUsers(afterBatch: ([UnfinishedOrder]) -> Void) throws(StoreError) {
        var last = DeletedUsersOrder(id: OrderID(rawValue: .min), user: UserID(rawValue: .min), number: nil)
        while true {
            guard !cancellation.isCancelled else { throw StoreError("The server stops.") }
            let found = try ordersOfDeletedUsers(after: last)
            guard let lastFound = found.last else { return }
            // In the order in which settlements lock them, too.
            let orders = found.compactMap(\.unfinished).sorted { $0.id.rawValue < $1.id.rawValue }
            let dropped = try write { transaction, _ throws(PostgresError) in try transaction.drop(orders) }
            afterBatch(dropped)
            guard found.count == Self.droppedPerBatchMax else { return }
            last = lastFound
        }
    }

    /// A batch, in the order of users and of their orders. Read outside the transaction that writes, since it looks at
    /// all users.
    private func ordersOfDeletedUsers(after last: DeletedUsersOrder) throws(StoreError) -> [DeletedUsersOrder] {
        try read { session throws(PostgresError) in
            try session.all(
                """
                SELECT orders.id, users.id, number FROM users JOIN orders ON orders.user_id = users.id
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
    /// `nil` if the database has no order number there; such an order passes no check, is never asked about, and stays
    /// as it is.
    let number: OrderNumber?

    var unfinished: UnfinishedOrder? { number.map { UnfinishedOrder(id: id, number: $0, user: user) } }
}
