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
            ) { row throws(SQLiteError) in
                let order = Self.order(
                    try row.orderNumber(1), status: try row.status(2), accrual: row.integer(3),
                    uploadedAt: row.integer(4))
                return (row.integer(0), order)
            }
        }
    }

    package func order(_ number: OrderNumber, of user: UserID) throws(LoyaltyError) -> Order? {
        try reader.read { database throws(SQLiteError) in
            try database.first(
                "SELECT status, accrual, uploaded_at FROM orders WHERE number = ? AND user_id = ?",
                number.digits, user.rawValue
            ) { row throws(SQLiteError) in
                Self.order(
                    number, status: try row.status(0), accrual: row.integer(1), uploadedAt: row.integer(2))
            }
        }
    }

    /// The order that a row describes.
    static func order(_ number: OrderNumber, status: Order.Status, accrual: Int64, uploadedAt: Int64)
        -> Order
    {
        Order(
            number: number, status: status, accrual: Points(hundredths: accrual),
            uploadedAt: Timestamp(milliseconds: uploadedAt))
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
        let hasRoom = try unfinished.hasRoom(user) { () throws(SQLiteError) in try countUnfinished(of: user) }
        if hasRoom {
            let added = try run(
                "INSERT INTO orders (number, user_id, uploaded_at) VALUES (?, ?, ?) ON CONFLICT (number) DO NOTHING",
                number.digits, user.rawValue, now.milliseconds)
            if added == 1 {
                unfinished.noteAdded(of: user)
                return .accepted(OrderID(rawValue: lastInsertedID))
            }
        }
        let owner = try first("SELECT user_id FROM orders WHERE number = ?", number.digits) { row in row.integer(0) }
        guard let owner else { return .tooManyUnfinished }
        return owner == user.rawValue ? .uploadedBefore : .uploadedByAnother
    }

    private func countUnfinished(of user: UserID) throws(SQLiteError) -> Int {
        let count = try first(
            "SELECT count(*) FROM orders INDEXED BY orders_unfinished_by_user WHERE user_id = ? AND status < 2",
            user.rawValue
        ) { row in row.integer(0) }
        return count.map { Int($0) } ?? 0
    }
}
