import Loyalty
import Postgres
import SharedStore
import Storage

// How rows of the frequent reads become facts, without a copy of each value as a `SQLRow` has.

extension Credentials {
    /// - Parameter row: with `id`, `password_hash` and `state`.
    init(_ row: borrowing Row) throws(PostgresError) {
        self.init(
            user: UserID(rawValue: try row.integer(0)), passwordHash: PasswordHash(text: try row.text(1)),
            isEnabled: try row.integer(2) == UserAccount.State.active.rawValue)
    }
}

extension UserProfile {
    /// Returns `nil` for a deleted user: the text in place of the login is longer than a login may be.
    ///
    /// - Parameter row: with `login` and `created_at`.
    init?(_ row: borrowing Row) throws(PostgresError) {
        let text = try row.text(0)
        guard let login = try? Login(text) else { return nil }
        self.init(login: login, createdAt: Timestamp(milliseconds: try row.integer(1)))
    }
}

extension Order {
    /// - Parameter column: the first of `number`, `status`, `accrual` and `uploaded_at`.
    init(_ row: borrowing Row, from column: Int) throws(PostgresError) {
        guard let status = Status(rawValue: try row.integer(column + 1)) else { throw .badValue("an order's status") }
        self.init(
            number: try row.orderNumber(column), status: status,
            accrual: Points(hundredths: try row.integer(column + 2)),
            uploadedAt: Timestamp(milliseconds: try row.integer(column + 3)))
    }
}

extension Withdrawal {
    /// - Parameter column: the first of `order_number`, `sum` and `processed_at`.
    init(_ row: borrowing Row, from column: Int) throws(PostgresError) {
        self.init(
            order: try row.orderNumber(column), sum: Points(hundredths: try row.integer(column + 1)),
            processedAt: Timestamp(milliseconds: try row.integer(column + 2)))
    }
}

extension LedgerEntry {
    /// - Parameter column: the first of `kind`, `order_number`, `amount`, `balance_after` and `created_at`.
    init(_ row: borrowing Row, from column: Int) throws(PostgresError) {
        let hasOrder = try !row.text(column + 1).isEmpty
        self.init(
            kind: Kind(rawValue: try row.integer(column)) ?? .other,
            order: hasOrder ? try row.orderNumber(column + 1) : nil,
            points: Points(hundredths: try row.integer(column + 2)),
            balanceAfter: Points(hundredths: try row.integer(column + 3)),
            at: Timestamp(milliseconds: try row.integer(column + 4)))
    }
}
