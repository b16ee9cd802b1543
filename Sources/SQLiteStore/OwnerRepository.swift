import Loyalty
import SQLite

/// What an owner sees of a database and does with it: reads through a connection of its own, writes through the writer.
/// Blocks, and belongs to one thread.
package final class OwnerRepository {
    private let database: Database
    private let writer: Writer
    private let clock: WallClock

    init(database: Database, writer: Writer, clock: @escaping WallClock) {
        self.database = database
        self.writer = writer
        self.clock = clock
    }

    /// Before the store stops.
    package func close() {
        database.close()
    }

    func read<Value>(_ body: (Database) throws(SQLiteError) -> Value) throws(StoreError) -> Value {
        do throws(SQLiteError) {
            return try body(database)
        } catch {
            throw StoreError(
                error.isInterrupted ? "The server stops." : "The database can't be read: \(error).",
                isDamage: error.isDamage)
        }
    }

    /// Runs an operation as one of the writer's; it is durable when this returns.
    package func write<Value: Sendable>(
        _ operation:
            @escaping @Sendable (_ transaction: WriteTransaction, _ now: Timestamp) throws(SQLiteError) -> Value
    ) throws(StoreError) -> Value {
        let now = clock()
        do throws(LoyaltyError) {
            return try writer.performAndWait { transaction throws(SQLiteError) in try operation(transaction, now) }
        } catch {
            switch error {
            case .overloaded, .unavailable: throw StoreError("The database takes no writes now; nothing was changed.")
            default: throw StoreError("The database could not be written; the log says more.")
            }
        }
    }
}

/// An order as its owner sees it.
package struct OwnedOrder: Equatable, Sendable {
    package let id: OrderID
    package let order: Order
    /// Nil where the user was deleted.
    package let login: String?
}

/// A withdrawal as its owner sees it.
package struct OwnedWithdrawal: Equatable, Sendable {
    package let withdrawal: Withdrawal
    /// Nil where the user was deleted.
    package let login: String?
    package let refundedAt: Timestamp?
    /// Of the refund.
    package let note: LedgerNote?
}

/// A user, and what there is of theirs.
package struct UserDetails: Equatable, Sendable {
    package let account: UserAccount
    package let orders: Int64
    package let withdrawals: Int64
    /// The newest, newest first.
    package let entries: [AnnotatedEntry]
}

/// A ledger entry, with who made it by hand and why where somebody did.
package struct AnnotatedEntry: Equatable, Sendable {
    package let entry: LedgerEntry
    package let note: LedgerNote?
}

extension OwnerRepository {
    /// Users in the order of their registration, behind the one given, without those who were deleted.
    package func users(after id: Int64, limit: Int) throws(StoreError) -> [UserAccount] {
        try read { database throws(SQLiteError) in
            try database.all(
                """
                SELECT id, login, state, current, withdrawn, created_at FROM users JOIN balances ON user_id = id
                WHERE id > ? AND state < 2 ORDER BY id LIMIT ?
                """, id, Int64(limit)
            ) { row in UserAccount(row) }
        }
    }

    /// Returns a user with at most so many entries of the ledger; `nil` if there is no such user.
    package func user(_ selector: UserSelector, entries limit: Int) throws(StoreError) -> UserDetails? {
        guard let id = try id(of: selector) else { return nil }
        return try read { database throws(SQLiteError) in
            let account = try database.first(
                """
                SELECT id, login, state, current, withdrawn, created_at FROM users JOIN balances ON user_id = id
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
            ) { row throws(SQLiteError) in try AnnotatedEntry(row) }
            return UserDetails(
                account: account, orders: counts?.0 ?? 0, withdrawals: counts?.1 ?? 0, entries: entries)
        }
    }

    /// Orders of all or of one, newest first, before the one given.
    package func orders(
        of selector: UserSelector?, status: Order.Status?, before id: Int64, limit: Int
    ) throws(StoreError) -> [OwnedOrder] {
        let user = try selector.map { selector throws(StoreError) in try self.id(of: selector) ?? -1 }
        return try read { database throws(SQLiteError) in
            let (limit, status) = (Int64(limit), status)
            if let user {
                return try database.all(
                    """
                    SELECT orders.id, number, status, accrual, uploaded_at, login, state
                    FROM orders JOIN users ON users.id = user_id
                    WHERE user_id = ?1 AND orders.id < ?2 AND (?3 IS NULL OR status = ?3) ORDER BY orders.id DESC LIMIT ?4
                    """, user, id, status?.rawValue, limit
                ) { row throws(SQLiteError) in try OwnedOrder(row) }
            }
            if let status, !status.isFinal {
                // Few of many, which the planner does not know.
                return try database.all(
                    """
                    SELECT orders.id, number, status, accrual, uploaded_at, login, state
                    FROM orders INDEXED BY orders_unfinished_by_user JOIN users ON users.id = user_id
                    WHERE status < 2 AND status = ? AND orders.id < ? ORDER BY orders.id DESC LIMIT ?
                    """, status.rawValue, id, limit
                ) { row throws(SQLiteError) in try OwnedOrder(row) }
            }
            return try database.all(
                """
                SELECT orders.id, number, status, accrual, uploaded_at, login, state
                FROM orders JOIN users ON users.id = user_id
                WHERE orders.id < ?1 AND (?2 IS NULL OR status = ?2) ORDER BY orders.id DESC LIMIT ?3
                """, id, status?.rawValue, limit
            ) { row throws(SQLiteError) in try OwnedOrder(row) }
        }
    }

    /// What was uploaded, and what was paid for, under a number.
    package func order(_ number: OrderNumber) throws(StoreError) -> (order: OwnedOrder?, withdrawal: OwnedWithdrawal?) {
        try read { database throws(SQLiteError) in
            let order = try database.first(
                """
                SELECT orders.id, number, status, accrual, uploaded_at, login, state
                FROM orders JOIN users ON users.id = user_id WHERE number = ?
                """, number.digits
            ) { row throws(SQLiteError) in try OwnedOrder(row) }
            let withdrawal = try database.first(
                """
                SELECT order_number, sum, processed_at, refunded_at, login, state,
                    (SELECT author FROM ledger JOIN ledger_notes ON ledger_id = id WHERE order_number = ?1 AND kind = 4),
                    (SELECT reason FROM ledger JOIN ledger_notes ON ledger_id = id WHERE order_number = ?1 AND kind = 4)
                FROM withdrawals JOIN users ON users.id = user_id WHERE order_number = ?1
                """, number.digits
            ) { row throws(SQLiteError) in try OwnedWithdrawal(row) }
            return (order, withdrawal)
        }
    }

    /// Returns `nil` if there is no such user, or if the user was deleted.
    package func id(of selector: UserSelector) throws(StoreError) -> Int64? {
        try read { database throws(SQLiteError) in
            switch selector {
            case .login(let login):
                try database.first("SELECT id FROM users WHERE login = ?", login.text) { row in row.integer(0) }
            case .id(let id):
                try database.first("SELECT id FROM users WHERE id = ? AND state < 2", id.rawValue) { row in
                    row.integer(0)
                }
            }
        }
    }
}

extension UserAccount {
    fileprivate init(_ row: borrowing Row) {
        self.init(
            id: UserID(rawValue: row.integer(0)), login: row.text(1),
            state: State(rawValue: row.integer(2)) ?? .deleted,
            balance: Balance(
                current: Points(hundredths: row.integer(3)), withdrawn: Points(hundredths: row.integer(4))),
            createdAt: Timestamp(milliseconds: row.integer(5)))
    }
}

extension Row {
    /// Nil where the state in the next column says that the user was deleted.
    fileprivate borrowing func login(_ column: Int) -> String? {
        integer(column + 1) == UserAccount.State.deleted.rawValue ? nil : text(column)
    }

    /// Who, and in the next column why; nil where nobody is named.
    fileprivate borrowing func note(_ column: Int) throws(SQLiteError) -> LedgerNote? {
        if isNull(column) { return nil }
        let author = text(column)
        guard !author.isEmpty else { throw .badValue("the author of a note") }
        return LedgerNote(author: author, reason: text(column + 1))
    }
}

extension OwnedOrder {
    fileprivate init(_ row: borrowing Row) throws(SQLiteError) {
        id = OrderID(rawValue: row.integer(0))
        order = SQLiteRepository.order(
            try row.orderNumber(1), status: try row.status(2), accrual: row.integer(3),
            uploadedAt: row.integer(4))
        login = row.login(5)
    }
}

extension OwnedWithdrawal {
    fileprivate init(_ row: borrowing Row) throws(SQLiteError) {
        withdrawal = Withdrawal(
            order: try row.orderNumber(0), sum: Points(hundredths: row.integer(1)),
            processedAt: Timestamp(milliseconds: row.integer(2)))
        refundedAt = row.isNull(3) ? nil : Timestamp(milliseconds: row.integer(3))
        login = row.login(4)
        note = try row.note(6)
    }
}

extension AnnotatedEntry {
    fileprivate init(_ row: borrowing Row) throws(SQLiteError) {
        entry = LedgerEntry(
            kind: LedgerEntry.Kind(rawValue: row.integer(0)) ?? .other,
            order: try row.orderNumberIfAny(1),
            points: Points(hundredths: row.integer(2)), balanceAfter: Points(hundredths: row.integer(3)),
            at: Timestamp(milliseconds: row.integer(4)))
        note = try row.note(5)
    }
}
