import CSQLite

extension Database {
    /// Adds an SQL function that returns 1 if `body` returns true for a text, else 0; values of other types give 0.
    /// Every statement of this connection may call it (sqlite.org/c3ref/create_function.html).
    ///
    /// - Parameter body: receives the text's bytes, which need not be UTF-8.
    package func addPredicate(_ name: String, body: @escaping ([UInt8]) -> Bool) throws(SQLiteError) {
        let function = Unmanaged.passRetained(Predicate(body: body))
        let flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY
        // SQLite releases the function when the connection closes, or if this call fails.
        let code = sqlite3_create_function_v2(
            open, name, 1, flags, function.toOpaque(),
            { context, _, values in
                let predicate = Unmanaged<Predicate>.fromOpaque(sqlite3_user_data(context))
                    .takeUnretainedValue()
                let value = values![0]
                guard sqlite3_value_type(value) == SQLITE_TEXT, let text = sqlite3_value_text(value) else {
                    return sqlite3_result_int(context, 0)
                }
                let bytes = UnsafeBufferPointer(start: text, count: Int(sqlite3_value_bytes(value)))
                sqlite3_result_int(context, predicate.body(Array(bytes)) ? 1 : 0)
            }, nil, nil, { Unmanaged<Predicate>.fromOpaque($0!).release() })
        guard code == SQLITE_OK else { throw SQLiteError(on: open) }
    }

    private final class Predicate {
        let body: ([UInt8]) -> Bool

        init(body: @escaping ([UInt8]) -> Bool) {
            self.body = body
        }
    }

    /// Makes statements fail on a row, a text or a blob of more than `bytes` bytes before SQLite reads it into memory
    /// (sqlite.org/limits.html).
    package func limitValues(bytes: Int) {
        sqlite3_limit(open, SQLITE_LIMIT_LENGTH, CInt(clamping: bytes))
    }
}
