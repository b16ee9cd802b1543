import CPostgres

/// The rows that a statement returned, in the binary format.
///
/// It keeps the memory of libpq's result, so it should live briefly.
package struct ResultSet: ~Copyable {
    let library: PostgresLibrary
    let handle: OpaquePointer
    private let statement: String
    package let rowCount: Int
    package let columnCount: Int

    /// Takes ownership of a result.
    init(owning handle: OpaquePointer, _ library: PostgresLibrary, statement: String) {
        self.library = library
        self.handle = handle
        self.statement = statement
        rowCount = Int(library.functions.PQntuples(handle))
        columnCount = Int(library.functions.PQnfields(handle))
    }

    deinit {
        library.functions.PQclear(handle)
    }

    /// The number of rows that the statement inserted, updated, deleted or returned.
    package var affectedRowCount: Int {
        guard let text = library.functions.PQcmdTuples(handle) else { return 0 }
        return Int(String(cString: text)) ?? 0
    }

    /// Returns the result of `read` for each row.
    package borrowing func all<Value>(
        _ read: (borrowing Row) throws(PostgresError) -> Value
    ) throws(PostgresError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(rowCount)
        for index in 0..<rowCount { values.append(try read(row(index))) }
        return values
    }

    /// Returns the result of `read` for the first row; `nil` if there is no row.
    package borrowing func first<Value>(
        _ read: (borrowing Row) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value? {
        rowCount == 0 ? nil : try read(row(0))
    }

    private borrowing func row(_ index: Int) -> Row {
        Row(library: library, handle: handle, index: CInt(index), columnCount: columnCount, statement: statement)
    }
}
