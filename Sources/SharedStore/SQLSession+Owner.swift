import Loyalty
import Storage

/// Users and orders, as the owner's commands print them.
extension SQLSession {
    package func users(after user: UserID?, limit: Int) throws(Failure) -> [UserAccount] {
        try all(
            """
            SELECT id, login, state, created_at, current, withdrawn FROM users JOIN balances ON user_id = id
            WHERE id > ? AND state < 2 ORDER BY id LIMIT ?
            """, user?.rawValue ?? 0, Int64(limit)
        ) { row in UserAccount(row) }
    }

    package func details(of user: UserSelector, entries limit: Int) throws(Failure) -> UserDetails? {
        guard let id = try id(of: user) else { return nil }
        guard let account = try customer(UserID(rawValue: id)) else { return nil }
        let counts = try first(
            """
            SELECT (SELECT count(*) FROM orders WHERE user_id = ?1),
                (SELECT count(*) FROM withdrawals WHERE user_id = ?1 AND refunded_at IS NULL)
            """, id
        ) { row in (row.integer(0), row.integer(1)) }
        let entries = try all(
            """
            SELECT kind, order_number, amount, balance_after, created_at, author, reason
            FROM ledger LEFT JOIN ledger_notes ON ledger_id = id WHERE user_id = ? ORDER BY id DESC LIMIT ?
            """, id, Int64(limit)
        ) { row throws(BadValue) in
            AnnotatedEntry(entry: try LedgerEntry(row, from: 0), note: try row.note(5))
        }
        return UserDetails(
            account: account, orderCount: counts?.0 ?? 0, withdrawalCount: counts?.1 ?? 0, entries: entries)
    }

    package func use(of number: OrderNumber) throws(Failure) -> NumberUse {
        let order = try first(
            """
            SELECT orders.id, number, status, accrual, uploaded_at, login, state
            FROM orders JOIN users ON users.id = user_id WHERE number = ?
            """, number.digits
        ) { row throws(BadValue) in try OwnedOrder(row) }
        let withdrawal = try first(
            """
            SELECT order_number, sum, processed_at, refunded_at, login, state,
                (SELECT author FROM ledger JOIN ledger_notes ON ledger_id = id WHERE order_number = ?1 AND kind = 4),
                (SELECT reason FROM ledger JOIN ledger_notes ON ledger_id = id WHERE order_number = ?1 AND kind = 4)
            FROM withdrawals JOIN users ON users.id = user_id WHERE order_number = ?1
            """, number.digits
        ) { row throws(BadValue) in
            OwnedWithdrawal(
                withdrawal: try Withdrawal(row, from: 0), login: row.login(4),
                refundedAt: row.timeIfAny(3), note: try row.note(6))
        }
        return NumberUse(order: order, withdrawal: withdrawal)
    }

    /// Returns `nil` if there is no such user, or if the user was deleted.
    package func id(of user: UserSelector) throws(Failure) -> Int64? {
        switch user {
        case .login(let login):
            try first("SELECT id FROM users WHERE login = ?", login.text) { row in row.integer(0) }
        case .id(let id):
            try first("SELECT id FROM users WHERE id = ? AND state < 2", id.rawValue) { row in row.integer(0) }
        }
    }
}
