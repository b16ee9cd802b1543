import Loyalty
import SQLite
import Storage

extension SQLiteOwnerRepository {
    func users(after user: UserID?, limit: Int) throws(StoreError) -> [UserAccount] {
        try read { database throws(SQLiteError) in
            try database.all(
                """
                SELECT id, login, state, created_at, current, withdrawn FROM users JOIN balances ON user_id = id
                WHERE id > ? AND state < 2 ORDER BY id LIMIT ?
                """, user?.rawValue ?? 0, Int64(limit)
            ) { row in UserAccount(row) }
        }
    }

    func user(_ user: UserSelector, entries limit: Int) throws(StoreError) -> UserDetails? {
        try read { database throws(SQLiteError) in
            guard let id = try Self.id(of: user, in: database) else { return nil }
            let account = try database.first(
                """
                SELECT id, login, state, created_at, current, withdrawn FROM users JOIN balances ON user_id = id
                WHERE id = ? AND state < 2
                """, id
            ) { row in UserAccount(row) }
            guard let account else { return nil }
            let counts = try database.first(
                """
                SELECT (SELECT count(*) FROM orders WHERE user_id = ?1),
                    (SELECT count(*) FROM withdrawals WHERE user_id = ?1 AND refunded_at IS NULL)
                """, id
            ) { row in (row.integer(0), row.integer(1)) }
            let entries = try database.all(
                """
                SELECT kind, order_number, amount, balance_after, created_at, author, reason
                FROM ledger LEFT JOIN ledger_notes ON ledger_id = id WHERE user_id = ? ORDER BY id DESC LIMIT ?
                """, id, Int64(limit)
            ) { row throws(SQLiteError) in
                AnnotatedEntry(entry: try LedgerEntry(row, from: 0), note: try row.note(5))
            }
            return UserDetails(
                account: account, orderCount: counts?.0 ?? 0, withdrawalCount: counts?.1 ?? 0, entries: entries)
        }
    }

    /// Returns `nil` if there is no such user, or if the user was deleted.
    static func id(of user: UserSelector, in database: Database) throws(SQLiteError) -> Int64? {
        switch user {
        case .login(let login):
            try database.first("SELECT id FROM users WHERE login = ?", login.text) { row in row.integer(0) }
        case .id(let id):
            try database.first("SELECT id FROM users WHERE id = ? AND state < 2", id.rawValue) { row in
                row.integer(0)
            }
        }
    }
}
