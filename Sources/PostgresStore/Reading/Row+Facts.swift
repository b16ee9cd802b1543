import Loyalty
import Postgres
import SharedStore

// How rows of the frequent reads become facts, without a copy of each value as a `SQLRow` has.

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
