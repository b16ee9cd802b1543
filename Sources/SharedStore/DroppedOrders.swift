import Loyalty
import Posix
import Storage

/// An unfinished order of a deleted user, which an owner may end instead of waiting for the answer of the accrual
/// system.
package struct DeletedUsersOrder: Sendable {
    package let id: OrderID
    package let user: UserID
    /// `nil` if the database has no order number there; such an order passes no check, is never asked about, and stays
    /// as it is.
    package let number: OrderNumber?

    /// Before every order, in the order of users and of their orders.
    private static let first = DeletedUsersOrder(id: .min, user: .min, number: "")

    package init(id: Int64, user: Int64, number: String) {
        (self.id, self.user) = (OrderID(rawValue: id), UserID(rawValue: user))
        self.number = OrderNumber(fromFile: number)
    }

    private var unfinished: UnfinishedOrder? { number.map { UnfinishedOrder(id: id, number: $0, user: user) } }

    /// The most orders in one transaction. A batch takes some milliseconds of the writer's time, so that customers'
    /// writes between two batches hardly wait. Each batch has its own sync of the disk, so that much smaller ones would
    /// take much longer in all.
    package static let batchMax = 256

    /// Drops the orders of deleted users batch by batch, as ``OwnerRepository/dropOrdersOfDeletedUsers(afterBatch:)``.
    ///
    /// - Parameters:
    ///   - find: returns up to ``batchMax`` orders after one, in the order of users and of their orders. It reads
    ///     outside the transaction that writes, since it looks at all users.
    ///   - drop: ends orders in a transaction, and returns those that were still to be ended.
    package static func dropAll(
        until cancellation: Cancellation, find: (DeletedUsersOrder) throws(StoreError) -> [DeletedUsersOrder],
        drop: ([UnfinishedOrder]) throws(StoreError) -> [UnfinishedOrder], afterBatch: ([UnfinishedOrder]) -> Void
    ) throws(StoreError) {
        var last = first
        while true {
            guard !cancellation.isCancelled else { throw StoreError("The server stops.") }
            let found = try find(last)
            guard let lastFound = found.last else { return }
            afterBatch(try drop(found.compactMap(\.unfinished)))
            guard found.count == batchMax else { return }
            last = lastFound
        }
    }
}
