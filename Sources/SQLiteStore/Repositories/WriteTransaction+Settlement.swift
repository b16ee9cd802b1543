import Loyalty
import SQLite
import SharedStore

extension WriteTransaction {
    func unfinishedOrders(_ page: UnfinishedPage) throws(SQLiteError) -> [UnfinishedOrder] {
        try database.all(
            """
            SELECT id, number FROM orders INDEXED BY orders_unfinished_by_user
            WHERE user_id = ? AND status < 2 AND id >= ? ORDER BY id LIMIT ?
            """, page.user.rawValue, page.from.rawValue, Int64(page.limit)
        ) { row in
            // An order with an invalid number, which no check would pass, is not asked about.
            OrderNumber(fromFile: row.text(1)).map { number in
                UnfinishedOrder(id: OrderID(rawValue: row.integer(0)), number: number, user: page.user)
            }
        }.compactMap { $0 }
    }

    /// Stores every possible settlement, and returns the others.
    func settle(_ batch: [Settlement], at now: Timestamp) throws(SQLiteError) -> [Settlement] {
        var refused: [Settlement] = []
        for settlement in batch {
            if try !settle(settlement, at: now) { refused.append(settlement) }
        }
        return refused
    }

    /// Returns false if the settlement is impossible; then nothing was written.
    private func settle(_ settlement: Settlement, at now: Timestamp) throws(SQLiteError) -> Bool {
        let id = settlement.order.rawValue
        switch settlement.verdict {
        case .processing:
            let changed = try database.all(
                """
                UPDATE orders SET status = ?2 WHERE id = ?1 AND status = ?3 RETURNING user_id, number, uploaded_at
                """, id, Order.Status.processing.rawValue, Order.Status.new.rawValue, read: ChangedOrder.init)
            note(changed, .processing)
        case .invalid:
            let changed = try database.all(
                """
                UPDATE orders SET status = ?2 WHERE id = ?1 AND status < 2 RETURNING user_id, number, uploaded_at
                """, id, Order.Status.invalid.rawValue, read: ChangedOrder.init)
            note(changed, .invalid)
            for changed in changed { unfinished.noteFinished(of: changed.user) }
        case .processed(let points):
            return try credit(points, for: settlement.order, at: now)
        }
        return true
    }

    private func note(_ changed: [ChangedOrder], _ status: Order.Status) {
        for changed in changed { note(.order(changed.order(status, accrual: .zero)), of: changed.user) }
    }

    /// Ends an order as processed and credits its points, once. An accrual of zero has no ledger entry, since no
    /// balance changes.
    private func credit(_ points: Points, for order: OrderID, at now: Timestamp) throws(SQLiteError) -> Bool {
        let found = try database.first(
            """
            SELECT user_id, number, uploaded_at, status, current, withdrawn
            FROM orders JOIN balances USING (user_id) WHERE orders.id = ?
            """, order.rawValue
        ) { row throws(SQLiteError) in
            CreditedAccount(
                order: try ChangedOrder(row),
                isFinal: Order.Status(rawValue: row.integer(3))?.isFinal ?? true,
                balance: Balance(row, from: 4))
        }
        guard let found, points >= .zero else { return false }
        if found.isFinal { return true }
        let points = try earnedNow(by: found.order.number) ?? points
        guard let current = found.currentAfter(points) else { return false }
        let ended = try database.run(
            "UPDATE orders SET status = ?2, accrual = ?3 WHERE id = ?1 AND status < 2", order.rawValue,
            Order.Status.processed.rawValue, points.hundredths)
        precondition(ended == 1, "an order that was unfinished in this transaction must still be so")
        let user = found.order.user
        unfinished.noteFinished(of: user)
        note(.order(found.order.order(.processed, accrual: points)), of: user)
        guard points > .zero else { return true }
        try database.run(
            "UPDATE balances SET current = current + ? WHERE user_id = ?", points.hundredths, user.rawValue)
        try addLedgerEntry(
            .accrual, of: user, order: found.order.number.digits, amount: points.hundredths, at: now)
        note(.balance(Balance(current: current, withdrawn: found.balance.withdrawn)), of: user)
        return true
    }

    /// The points of a receipt that was corrected while the accrual system was asked; `nil` if it was not.
    private func earnedNow(by order: OrderNumber) throws(SQLiteError) -> Points? {
        guard corrections.contains(order) else { return nil }
        return try database.first("SELECT earned FROM receipts WHERE order_number = ?", order.digits) { row in
            Points(hundredths: row.integer(0))
        }
    }
}

/// An order whose status changes, and its user.
private struct ChangedOrder {
    let user: UserID
    let number: OrderNumber
    let uploadedAt: Timestamp

    /// Reads `user_id`, `number` and `uploaded_at`.
    init(_ row: borrowing Row) throws(SQLiteError) {
        user = UserID(rawValue: row.integer(0))
        number = try row.orderNumber(1)
        uploadedAt = Timestamp(milliseconds: row.integer(2))
    }

    func order(_ status: Order.Status, accrual: Points) -> Order {
        Order(number: number, status: status, accrual: accrual, uploadedAt: uploadedAt)
    }
}

/// The account that an order's points are credited to.
private struct CreditedAccount {
    let order: ChangedOrder
    let isFinal: Bool
    let balance: Balance

    /// Returns the user's balance after the credit, or `nil` if the sum of all credits would overflow.
    func currentAfter(_ points: Points) -> Points? {
        guard let credited = balance.current.adding(balance.withdrawn), credited.adding(points) != nil else {
            return nil
        }
        return balance.current.adding(points)
    }
}
