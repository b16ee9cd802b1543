import Loyalty
import SQLite

// Makes facts of the rows of frequent reads, without the copy of each value that a `SQLRow` has. Each type lists its
// columns once; a statement selects them in that order, with others before or after them. Debug builds compare the
// names of each row that is read, so that tests find a statement with another order.

extension Order {
    private static let columns = ["number", "status", "accrual", "uploaded_at"]

    /// - Parameter column: the first of the order's columns.
    init(_ row: borrowing Row, from column: Int) throws(SQLiteError) {
        assert(row.hasColumns(Self.columns, from: column), "the statement must select the columns of an order")
        self.init(
            number: try row.orderNumber(column), status: try row.status(column + 1),
            accrual: Points(hundredths: row.integer(column + 2)),
            uploadedAt: Timestamp(milliseconds: row.integer(column + 3)))
    }
}

extension Withdrawal {
    private static let columns = ["order_number", "sum", "processed_at"]

    /// - Parameter column: the first of the withdrawal's columns.
    init(_ row: borrowing Row, from column: Int) throws(SQLiteError) {
        assert(row.hasColumns(Self.columns, from: column), "the statement must select the columns of a withdrawal")
        self.init(
            order: try row.orderNumber(column), sum: Points(hundredths: row.integer(column + 1)),
            processedAt: Timestamp(milliseconds: row.integer(column + 2)))
    }
}

extension LedgerEntry {
    private static let columns = ["kind", "order_number", "amount", "balance_after", "created_at"]

    /// - Parameter column: the first of the entry's columns.
    init(_ row: borrowing Row, from column: Int) throws(SQLiteError) {
        assert(row.hasColumns(Self.columns, from: column), "the statement must select the columns of a ledger entry")
        self.init(
            kind: Kind(rawValue: row.integer(column)) ?? .other, order: try row.orderNumberIfAny(column + 1),
            points: Points(hundredths: row.integer(column + 2)),
            balanceAfter: Points(hundredths: row.integer(column + 3)),
            at: Timestamp(milliseconds: row.integer(column + 4)))
    }
}

extension Balance {
    private static let columns = ["current", "withdrawn"]

    /// - Parameter column: the first of the balance's columns.
    init(_ row: borrowing Row, from column: Int = 0) {
        assert(row.hasColumns(Self.columns, from: column), "the statement must select the columns of a balance")
        self.init(
            current: Points(hundredths: row.integer(column)), withdrawn: Points(hundredths: row.integer(column + 1)))
    }
}

extension Row {
    /// The order number of a column. Throws an error that ``SQLiteError/isBadValue`` if the column has none.
    borrowing func orderNumber(_ column: Int) throws(SQLiteError) -> OrderNumber {
        guard let number = OrderNumber(fromFile: text(column)) else { throw .badValue("an order number") }
        return number
    }

    /// The order number of a column; `nil` if the column is empty, as an adjustment's is.
    borrowing func orderNumberIfAny(_ column: Int) throws(SQLiteError) -> OrderNumber? {
        let digits = text(column)
        return digits.isEmpty ? nil : try orderNumber(column)
    }

    /// The status of an order. Throws an error that ``SQLiteError/isBadValue`` if the column has none.
    borrowing func status(_ column: Int) throws(SQLiteError) -> Order.Status {
        guard let status = Order.Status(rawValue: integer(column)) else { throw .badValue("an order's status") }
        return status
    }
}
