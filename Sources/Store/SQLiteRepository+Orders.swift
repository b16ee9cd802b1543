import Loyalty
import SQLite

extension SQLiteRepository {
    package func orders(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Page<Order> {
        try page(from: cursor, limit: limit) { database, before, limit throws(SQLiteError) in
            try database.all(
                """
                SELECT id, number, status, accrual, uploaded_at FROM orders
                WHERE user_id = ? AND id < ? ORDER BY id DESC LIMIT ?
                """, user.rawValue, before, limit
            ) { row in
                guard let status = Order.Status(rawValue: row.integer(2)) else {
                    preconditionFailure("the table checks the status")
                }
                let order = Order(
                    number: OrderNumber(stored: row.text(1)), status: status,
                    accrual: Points(hundredths: row.integer(3)), uploadedAt: Timestamp(milliseconds: row.integer(4)))
                return (row.integer(0), order)
            }
        }
    }

    package func addOrder(
        _ number: OrderNumber, of user: UserID, at now: Timestamp
    ) async throws(LoyaltyError) -> OrderUpload {
        try await write { transaction throws(SQLiteError) in
            try transaction.addOrder(number, of: user, at: now)
        }
    }
}

extension WriteTransaction {
    func addOrder(_ number: OrderNumber, of user: UserID, at now: Timestamp) throws(SQLiteError) -> OrderUpload {
        let added = try run(
            "INSERT INTO orders (number, user_id, uploaded_at) VALUES (?, ?, ?) ON CONFLICT (number) DO NOTHING",
            number.digits, user.rawValue, now.milliseconds)
        if added == 1 { return .accepted(OrderID(rawValue: lastInsertedID)) }
        let owner = try first("SELECT user_id FROM orders WHERE number = ?", number.digits) { row in row.integer(0) }
        return owner == user.rawValue ? .uploadedBefore : .uploadedByAnother
    }
}
