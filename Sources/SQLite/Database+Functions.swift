import CSQLite

extension Database {
    /// Adds an SQL function that passes an integer to `body` and returns NULL. Every statement of this connection may
    /// call it, those of triggers included (sqlite.org/c3ref/create_function.html).
    package func addFunction(_ name: String, body: @escaping (Int64) -> Void) throws(SQLiteError) {
        let function = Unmanaged.passRetained(IntegerFunction(body: body))
        let flags = SQLITE_UTF8 | SQLITE_INNOCUOUS
        // SQLite releases the function when the connection closes, or if this call fails.
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
