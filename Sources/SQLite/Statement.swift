import CSQLite

/// A compiled statement (sqlite.org/c3ref/stmt.html), finalized at the end of its owner's life.
///
/// It is confined to its connection's thread. It may outlive the closing of the connection: SQLite keeps what the
/// statement needs until the last one is finalized (`sqlite3_close_v2`).
public final class Statement {
    private let handle: OpaquePointer
    private let sql: String

    /// SQLite's `SQLITE_TRANSIENT`: it copies the bytes before the call returns.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    /// Compiles one statement.
    ///
    /// - Parameter isPersistent: true if the statement is kept and used often.
    init(_ sql: String, on database: OpaquePointer, isPersistent: Bool) throws(SQLiteError) {
        var handle: OpaquePointer?
        var text = sql
        let flags = isPersistent ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0
        let code = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                sqlite3_prepare_v3(database, characters.baseAddress, CInt(characters.count), flags, &handle, nil)
            }
        }
        guard code == SQLITE_OK else { throw SQLiteError(on: database, sql: sql) }
        guard let handle else { preconditionFailure("a statement must not be empty") }
        self.handle = handle
        self.sql = sql
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// Runs to the next row, and returns false if there is none.
    public func step() throws(SQLiteError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw failure()
        }
    }

    /// The row the last ``step()`` arrived at.
    public var row: Row { Row(handle) }

    /// Prepares the statement for its next run, and removes the values of the last one.
    public func reset() {
        // The result repeats the error of the last step, which was thrown there.
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    public var parameterCount: Int { Int(sqlite3_bind_parameter_count(handle)) }

    /// True if the statement has a current row, so that no other use may reset it.
    var isBusy: Bool { sqlite3_stmt_busy(handle) != 0 }

    /// Binds a parameter; the first has the index 1.
    package func bind(_ value: Int64, at index: Int) throws(SQLiteError) {
        try check(sqlite3_bind_int64(handle, CInt(index), value))
    }

    /// Binds text with every byte of it, U+0000 included.
    package func bind(_ value: String, at index: Int) throws(SQLiteError) {
        var text = value
        let code = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                // SQLite takes a null pointer for NULL, which an empty text is not.
                guard let address = characters.baseAddress else {
                    return sqlite3_bind_text64(handle, CInt(index), "", 0, Self.transient, UInt8(SQLITE_UTF8))
                }
                return sqlite3_bind_text64(
                    handle, CInt(index), address, UInt64(bytes.count), Self.transient, UInt8(SQLITE_UTF8))
            }
        }
        try check(code)
    }

    package func bind(_ value: [UInt8], at index: Int) throws(SQLiteError) {
        let code = value.withUnsafeBytes { bytes in
            bytes.isEmpty
                ? sqlite3_bind_zeroblob(handle, CInt(index), 0)
                : sqlite3_bind_blob64(handle, CInt(index), bytes.baseAddress, UInt64(bytes.count), Self.transient)
        }
        try check(code)
    }

    package func bindNull(at index: Int) throws(SQLiteError) {
        try check(sqlite3_bind_null(handle, CInt(index)))
    }

    private func check(_ code: CInt) throws(SQLiteError) {
        guard code == SQLITE_OK else { throw failure() }
    }

    private func failure() -> SQLiteError {
        SQLiteError(on: sqlite3_db_handle(handle), sql: sql)
    }
}
