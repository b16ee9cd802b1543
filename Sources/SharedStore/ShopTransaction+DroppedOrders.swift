import Loyalty

extension ShopTransaction {
    /// Gives each of the orders that is unfinished and whose user is deleted the status INVALID, and returns these
    /// orders.
    ///
    /// No change is noted for these users: they have no sessions that could be told, and the notes would push other
    /// users' changes out of the log of changes.
    package func drop(_ orders: [UnfinishedOrder]) throws(Failure) -> [UnfinishedOrder] {
        var dropped: Set<OrderID> = []
        // By id, in the order in which settlements lock orders.
        for order in orders.sorted(by: { $0.id < $1.id }) {
            let changed = try run(
                """
                UPDATE orders SET status = ?1 WHERE id = ?2 AND user_id = ?3 AND status < 2
                    AND EXISTS (SELECT 1 FROM users WHERE id = ?3 AND state = ?4)
                """, Order.Status.invalid.rawValue, order.id.rawValue, order.user.rawValue,
                UserAccount.State.deleted.rawValue)
            guard changed == 1 else { continue }
            noteFinished(of: order.user)
            dropped.insert(order.id)
        }
        return orders.filter { dropped.contains($0.id) }
    }
}
