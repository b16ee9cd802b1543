import Eventual
import Loyalty
import SQLite
import SharedStore

extension SQLiteRepository {
    func balance(of user: UserID) throws(LoyaltyError) -> Eventual<Balance, LoyaltyError> {
        if let revision = reader.balanceRevision(of: user), let balance = recent.balance(of: user, at: revision) {
            return .now(balance)
        }
        let found = try reader.read { database throws(SQLiteError) in
            try database.first("SELECT current, withdrawn FROM balances WHERE user_id = ?", user.rawValue) { row in
                Balance(row)
            }
        }
        // Every user has a row, unless the file was damaged.
        let balance = found ?? Balance(current: .zero, withdrawn: .zero)
        // The revision is of this batch, so the row that was read belongs to it.
        if let revision = reader.balanceRevision(of: user) { recent.insert(balance, of: user, at: revision) }
        return .now(balance)
    }

    func withdrawals(
        of user: UserID, from cursor: PageCursor?, limit: Int
    ) throws(LoyaltyError) -> Eventual<Page<Withdrawal>, LoyaltyError> {
        try page(from: cursor, limit: limit) { database, before, limit throws(SQLiteError) in
            try database.all(
                """
                SELECT id, order_number, sum, processed_at FROM withdrawals
                WHERE user_id = ? AND id < ? AND refunded_at IS NULL ORDER BY id DESC LIMIT ?
                """, user.rawValue, before, limit
            ) { row throws(SQLiteError) in
                (row.integer(0), try Withdrawal(row, from: 1))
            }
        }
    }

    func withdraw(
        _ sum: Points, for order: OrderNumber, of user: UserID, at now: Timestamp
    ) async throws(LoyaltyError) -> WithdrawalResult {
        precondition(sum > .zero, "a withdrawal's sum must be positive")
        return try await write { transaction throws(SQLiteError) in
            try transaction.withdraw(sum, for: order, of: user, at: now)
        }
    }
}

extension WriteTransaction {
    func withdraw(
        _ sum: Points, for order: OrderNumber, of user: UserID, at now: Timestamp
    ) throws(SQLiteError) -> WithdrawalResult {
        let earlier = try database.first(
            "SELECT user_id, sum, refunded_at IS NULL FROM withdrawals WHERE order_number = ?", order.digits
        ) { row in
            (user: row.integer(0), sum: row.integer(1), isInForce: row.integer(2))
        }
        if let earlier {
            return earlier == (user.rawValue, sum.hundredths, 1) ? .repeated : .conflict
        }
        // `withdrawn` can't overflow: `current` and `withdrawn` together are the points that were ever given, which fit
        // the integer.
        let balances = try database.all(
            """
            UPDATE balances SET current = current - ?1, withdrawn = withdrawn + ?1
            WHERE user_id = ?2 AND current >= ?1 RETURNING current, withdrawn
            """, sum.hundredths, user.rawValue
        ) { row in Balance(row) }
        guard let balance = balances.first else { return .notEnoughPoints }
        try database.run(
            "INSERT INTO withdrawals (order_number, user_id, sum, processed_at) VALUES (?, ?, ?, ?)",
            order.digits, user.rawValue, sum.hundredths, now.milliseconds)
        try addLedgerEntry(.withdrawal, of: user, order: order.digits, amount: -sum.hundredths, at: now)
        note(.balance(balance), of: user)
        return .withdrawn
    }
}
