import Loyalty

extension ShopTransaction {
    /// Ends those of the orders that are unfinished and whose user is deleted as invalid; returns them.
    ///
    /// No change is noted for the users: they have no sessions that could be told, and other users' changes would leave
    /// the log of changes for them.
    package func drop(_ orders: [UnfinishedOrder]) throws(Failure) -> [UnfinishedOrder] {
        var dropped: [UnfinishedOrder] = []
        for order in orders {
            let changed = try run(
                """
                UPDATE orders SET status = ?1 WHERE id = ?2 AND user_id = ?3 AND status < 2
                    AND EXISTS (SELECT 1 FROM users WHERE id = ?3 AND state = ?4)
                """, Order.Status.invalid.rawValue, order.id.rawValue, order.user.rawValue,
                UserAccount.State.deleted.rawValue)
            guard changed == 1 else { continue }
            noteFinished(of: order.user)
            dropped.append(order)
        }
        return dropped
    }
}
