import CSQLite

/// Constant statements whose values are a list, for callers that know the values' types only when they run.
extension Database {
    /// Runs a statement that returns no rows; returns the number of rows that it inserted, updated or deleted.
    ///
    /// - Parameter bind: binds every parameter of the statement.
    package func run(
        _ sql: StaticString, bind: (Statement) throws(SQLiteError) -> Void
    ) throws(SQLiteError) -> Int {
        let statement = try cached(sql)
        defer { statement.reset() }
        try bind(statement)
        while try statement.step() {}
        return changes
    }

    /// Runs a statement, and returns the result of `read` for each row.
    ///
    /// - Parameter bind: binds every parameter of the statement.
    package func all<Result>(
        _ sql: StaticString, bind: (Statement) throws(SQLiteError) -> Void, read: (borrowing Row) -> Result
    ) throws(SQLiteError) -> [Result] {
        let statement = try cached(sql)
        defer { statement.reset() }
        try bind(statement)
        var results: [Result] = []
        while try statement.step() { results.append(read(statement.row)) }
        return results
    }
}

/// The type of a value in a row (sqlite.org/c3ref/c_blob.html).
package enum ColumnType: Sendable {
    case integer
    case text
    case blob
    case null
    /// A table of Martlet has no column of real numbers.
    case real
}

extension Row {
    package var columnCount: Int { Int(sqlite3_column_count(handle)) }

    package func name(of column: Int) -> String {
        sqlite3_column_name(handle, CInt(column)).map { String(cString: $0) } ?? ""
    }

    package func type(of column: Int) -> ColumnType {
        switch sqlite3_column_type(handle, CInt(column)) {
        case SQLITE_INTEGER: .integer
        case SQLITE_TEXT: .text
        case SQLITE_BLOB: .blob
        case SQLITE_FLOAT: .real
        default: .null
        }
    }
}
