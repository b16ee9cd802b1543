import CSQLite

/// Constant statements, compiled once and kept; values go in only through parameters.
///
/// They are public, because Swift 6.3 specialises no generic `package` function for other modules: it would look up the
/// type of the results for each row.
extension Database {
    /// Runs a statement that returns no rows; returns the number of rows that it inserted, updated or deleted.
    @discardableResult
    @inlinable
    public func run<each Value: Bindable>(
        _ sql: StaticString, _ values: repeat each Value
    ) throws(SQLiteError) -> Int {
        let statement = try cached(sql)
        defer { statement.reset() }
        try statement.bindAll(repeat each values)
        while try statement.step() {}
        return changes
    }

    /// Returns the value that `read` makes of the first row, or `nil` if there is no row.
    @inlinable
    public func first<Result, each Value: Bindable>(
        _ sql: StaticString, _ values: repeat each Value,
        read: (borrowing Row) throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> Result? {
        let statement = try cached(sql)
        defer { statement.reset() }
        try statement.bindAll(repeat each values)
        return try statement.step() ? try read(statement.row) : nil
    }

    /// Returns the values that `read` makes of the rows, in their order.
    @inlinable
    public func all<Result, each Value: Bindable>(
        _ sql: StaticString, _ values: repeat each Value,
        read: (borrowing Row) throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> [Result] {
        let statement = try cached(sql)
        defer { statement.reset() }
        try statement.bindAll(repeat each values)
        var results: [Result] = []
        while try statement.step() { results.append(try read(statement.row)) }
        return results
    }
}

extension Statement {
    /// Binds all parameters, in their order.
    @inlinable
    public func bindAll<each Value: Bindable>(_ values: repeat each Value) throws(SQLiteError) {
        var index = 0
        for value in repeat each values {
            index += 1
            try value.bind(to: self, at: index)
        }
        precondition(index == parameterCount, "a statement must get a value for each parameter")
    }
}
