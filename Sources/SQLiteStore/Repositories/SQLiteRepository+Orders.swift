import Eventual
import Loyalty
import SQLite
import SharedStore

extension SQLiteRepository {
    func orders(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<Order>, LoyaltyError> {
        try page(from: cursor, limit: limit) { database, before, limit throws(SQLiteError) in
            try database.all(
                """
                SELECT id, number, status, accrual, uploaded_at FROM orders
                WHERE user_id = ? AND id < ? ORDER BY id DESC LIMIT ?
                """, user.rawValue, before, limit
            ) { row throws(SQLiteError) in
                (row.integer(0), try Order(row, from: 1))
            }
        }
    }

    func order(
        _ number: OrderNumber, of user: UserID
    ) throws(LoyaltyError) -> Eventual<Order?, LoyaltyError> {
        let order = try reader.read { database throws(SQLiteError) in
            try database.first(
                "SELECT number, status, accrual, uploaded_at FROM orders WHERE number = ? AND user_id = ?",
                number.digits, user.rawValue
            ) { row throws(SQLiteError) in try Order(row, from: 0) }
        }
        return .now(order)
    }

    func addOrder(
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
            let id = try orderIDs.next { () throws(SQLiteError) in try greatestOrderID() }
            touched.add(user)
            let added = try database.run(
                """
                INSERT INTO orders (user_id, id, number, uploaded_at) VALUES (?, ?, ?, ?)
                ON CONFLICT (number) DO NOTHING
                """, user.rawValue, id, number.digits, now.milliseconds)
            if added == 1 {
                orderIDs.noteAdded(id)
                unfinished.noteAdded(of: user)
                figures.noteOrder(at: now)
                return .accepted(OrderID(rawValue: id))
            }
        }
        let owner = try database.first("SELECT user_id FROM orders WHERE number = ?", number.digits) { row in
            row.integer(0)
        }
        guard let owner else { return .tooManyUnfinished }
        return owner == user.rawValue ? .uploadedBefore : .uploadedByAnother
    }

    private func greatestOrderID() throws(SQLiteError) -> Int64 {
        try database.first("SELECT max(id) FROM orders") { row in row.integer(0) } ?? 0
    }

    private func countUnfinished(of user: UserID) throws(SQLiteError) -> Int {
        let count = try database.first(
            "SELECT count(*) FROM orders INDEXED BY orders_unfinished_by_user WHERE user_id = ? AND status < 2",
            user.rawValue
        ) { row in row.integer(0) }
        return count.map { Int($0) } ?? 0
    }
}
