import CSQLite

extension Database {
    /// Makes a function of SQL that tells the program an integer and answers NULL; any statement of this connection may
    /// call it, those of triggers among them (sqlite.org/c3ref/create_function.html).
    package func addFunction(_ name: String, body: @escaping (Int64) -> Void) throws(SQLiteError) {
        let function = Unmanaged.passRetained(IntegerFunction(body: body))
        let flags = SQLITE_UTF8 | SQLITE_INNOCUOUS
        // SQLite lets go of the function when the connection closes, and where this call fails.
        let code = sqlite3_create_function_v2(
            open, name, 1, flags, function.toOpaque(),
            { context, _, values in
                let function = Unmanaged<IntegerFunction>.fromOpaque(sqlite3_user_data(context)).takeUnretainedValue()
                function.body(sqlite3_value_int64(values![0]))
            }, nil, nil, { Unmanaged<IntegerFunction>.fromOpaque($0!).release() })
        guard code == SQLITE_OK else { throw SQLiteError(on: open) }
    }

    private final class IntegerFunction {
        let body: (Int64) -> Void

        init(body: @escaping (Int64) -> Void) {
            self.body = body
        }
    }
}
