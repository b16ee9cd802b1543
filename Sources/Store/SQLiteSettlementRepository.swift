import Loyalty
import SQLite

/// The ``SettlementRepository`` of the accrual pipeline. Everything runs on the writer's connection: its reads are a few
/// pages at the start, and so are in order with the writes without a connection more.
package struct SQLiteSettlementRepository: SettlementRepository {
    private let writer: Writer
    private let log: Log

    init(writer: Writer, log: Log) {
        self.writer = writer
        self.log = log
    }

    package func unfinishedOrders(after id: OrderID?, limit: Int) throws(LoyaltyError) -> [UnfinishedOrder] {
        precondition(limit > 0, "a page has room for an order")
        let after = id?.rawValue ?? Int64.min
        return try writer.performAndWait { transaction throws(SQLiteError) in
            // Left to itself, the planner walks the table, which is mostly finished orders.
            try transaction.all(
                """
                SELECT id, number FROM orders INDEXED BY orders_unfinished
                WHERE status < 2 AND id > ? ORDER BY id LIMIT ?
                """, after, Int64(limit)
            ) { row in
                UnfinishedOrder(id: OrderID(rawValue: row.integer(0)), number: OrderNumber(stored: row.text(1)))
            }
        }
    }

    /// Stores a batch; see ``SettlementRepository/settle(_:at:)``.
    ///
    /// A settlement that can't be true (points for an order nobody uploaded, below zero, or so many that a user's total leaves
    /// the integer) is left out and told to the owner; its order stays unfinished, and the others go on.
    package func settle(_ batch: [Settlement], at now: Timestamp) throws(LoyaltyError) {
        guard !batch.isEmpty else { return }
        let refused = try writer.performAndWait { transaction throws(SQLiteError) in
            try transaction.settle(batch, at: now)
        }
        for settlement in refused {
            log.error(
                "Order \(settlement.order.rawValue) (its id) can't be settled as \(settlement.verdict): left as it is.")
        }
    }
}

extension WriteTransaction {
    /// Settles all it can; returns the others.
    func settle(_ batch: [Settlement], at now: Timestamp) throws(SQLiteError) -> [Settlement] {
        var refused: [Settlement] = []
        for settlement in batch {
            if try !settle(settlement, at: now) { refused.append(settlement) }
        }
        return refused
    }

    /// False where it can't be true; then nothing was written.
    private func settle(_ settlement: Settlement, at now: Timestamp) throws(SQLiteError) -> Bool {
        let id = settlement.order.rawValue
        switch settlement.verdict {
        case .processing:
            try run("UPDATE orders SET status = 1 WHERE id = ? AND status = 0", id)
        case .invalid:
            try run("UPDATE orders SET status = 2 WHERE id = ? AND status < 2", id)
        case .processed(let points):
            return try credit(points, for: settlement.order, at: now)
        }
        return true
    }

    /// Ends an order as processed and credits its points, once. An accrual of zero ends the order and has no ledger entry,
    /// since no balance changed.
    private func credit(_ points: Points, for order: OrderID, at now: Timestamp) throws(SQLiteError) -> Bool {
        let found = try first(
            """
            SELECT user_id, number, status, current, withdrawn
            FROM orders JOIN balances USING (user_id) WHERE orders.id = ?
            """, order.rawValue
        ) { row in
            Creditor(
                user: UserID(rawValue: row.integer(0)), number: row.text(1),
                isFinal: Order.Status(rawValue: row.integer(2))?.isFinal ?? true,
                credited: row.integer(3).addingReportingOverflow(row.integer(4)).partialValue)
        }
        guard let found, points >= .zero else { return false }
        if found.isFinal { return true }
        guard !found.credited.addingReportingOverflow(points.hundredths).overflow else { return false }
        let ended = try run(
            "UPDATE orders SET status = 3, accrual = ? WHERE id = ? AND status < 2", points.hundredths, order.rawValue)
        precondition(ended == 1, "the order was unfinished in this very transaction")
        guard points > .zero else { return true }
        try run(
            "UPDATE balances SET current = current + ? WHERE user_id = ?", points.hundredths, found.user.rawValue)
        try addLedgerEntry(.accrual, of: found.user, order: found.number, amount: points.hundredths, at: now)
        return true
    }
}

/// Whom an order's points go to.
private struct Creditor {
    let user: UserID
    let number: String
    let isFinal: Bool
    /// All that the user was ever credited, in hundredths.
    let credited: Int64
}
