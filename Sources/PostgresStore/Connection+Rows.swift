import Loyalty
import Postgres

extension Connection {
    /// Reads the answer to the next statement, and returns the result of `read` for each of its rows.
    ///
    /// - Throws: also the error of the statement, after which the transaction can only be ended.
    mutating func rows<Value>(
        until deadline: Deadline, _ read: (borrowing Row) throws(PostgresError) -> Value
    ) throws(PostgresError) -> [Value] {
        switch try next(until: deadline) {
        case .rows(let rows): return try rows.all(read)
        case .failed(let error): throw error
        default: throw PostgresError(.protocolViolation, "a statement was skipped")
        }
    }
}

extension Parameters {
    init(_ add: (inout Parameters) -> Void) {
        self.init()
        add(&self)
    }
}

extension Row {
    borrowing func orderNumber(_ column: Int) throws(PostgresError) -> OrderNumber {
        guard let number = OrderNumber(fromFile: try text(column)) else { throw .badValue("an order number") }
        return number
    }
}
