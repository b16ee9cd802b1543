import CSQLite

/// One connection to a database file (sqlite.org/c3ref/sqlite3.html), closed when its owner lets it go.
///
/// The connection is opened without SQLite's own mutex, so it may move from thread to thread, but belongs to one at a
/// time.
public final class Database {
    package enum Mode: Sendable {
        /// Creates the file if it does not exist.
        case readWriteCreate
        case readOnly
    }

    /// `nil` once the connection is closed.
    private var handle: OpaquePointer?
    /// Compiled statements, by the address of their text. The texts are constants of the program, so the source bounds
    /// their number.
    private var cache: [UInt: Statement] = [:]
    /// The length of the write-ahead log in pages, which SQLite's hook writes.
    private let walPageCount: UnsafeMutablePointer<CInt>
    /// The context of SQLite's progress handler, kept for as long as SQLite may call it.
    private var interruption: Interruption?

    /// Opens a file. SQLite takes the path literally, never as a URI.
    package init(path: String, mode: Mode) throws(SQLiteError) {
        precondition(sqlite3_threadsafe() != 0, "SQLite must be built thread-safe")
        let access =
            switch mode {
            case .readWriteCreate: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .readOnly: SQLITE_OPEN_READONLY
            }
        var handle: OpaquePointer?
        let code = sqlite3_open_v2(path, &handle, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard let handle else { throw SQLiteError(extendedCode: code, message: "out of memory") }
        guard code == SQLITE_OK else {
            let error = SQLiteError(on: handle)
            sqlite3_close_v2(handle)
            throw error
        }
        self.handle = handle
        walPageCount = .allocate(capacity: 1)
        walPageCount.initialize(to: 0)
    }

    deinit {
        close()
        walPageCount.deallocate()
    }

    /// Closes the connection; the last one to close writes the log back into the file and removes it.
    package func close() {
        cache.removeAll()
        guard let handle else { return }
        sqlite3_wal_hook(handle, nil, nil)
        sqlite3_close_v2(handle)
        self.handle = nil
    }

    /// Lets go of the connection without closing it, because closing writes to the file: after an I/O error that could
    /// replace good pages by what was never safely on disk. The process is about to end, which frees everything.
    package func abandon() {
        if let handle { sqlite3_wal_hook(handle, nil, nil) }
        for statement in cache.values { _ = Unmanaged.passRetained(statement) }
        cache.removeAll()
        handle = nil
    }

    /// Compiles a statement for its owner to keep.
    package func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        try Statement(sql, on: open, isPersistent: true)
    }

    /// Runs one or more statements and ignores their rows: for schemas and settings.
    package func execute(_ sql: String) throws(SQLiteError) {
        guard sqlite3_exec(open, sql, nil, nil, nil) == SQLITE_OK else { throw SQLiteError(on: open, sql: sql) }
    }

    /// True after `BEGIN`, until `COMMIT` or `ROLLBACK`. Some errors roll back by themselves.
    package var isInTransaction: Bool { sqlite3_get_autocommit(open) == 0 }

    private final class Interruption {
        let isAsked: () -> Bool

        init(isAsked: @escaping () -> Bool) {
            self.isAsked = isAsked
        }
    }

    /// The number of instructions of SQLite's virtual machine between two questions: it asks some thousand times a
    /// second.
    private static let instructionsPerQuestion: CInt = 10_000

    /// Makes statements fail with an error that ``SQLiteError/isInterrupted`` as soon as `isAsked` returns true
    /// (sqlite.org/c3ref/progress_handler.html).
    package func interruptStatements(when isAsked: @escaping () -> Bool) {
        let interruption = Interruption(isAsked: isAsked)
        self.interruption = interruption
        sqlite3_progress_handler(
            open, Self.instructionsPerQuestion,
            { context in Unmanaged<Interruption>.fromOpaque(context!).takeUnretainedValue().isAsked() ? 1 : 0 },
            Unmanaged.passUnretained(interruption).toOpaque())
    }

    /// Sets the longest wait of a statement for another connection's lock. After that, the statement fails with an
    /// error that ``SQLiteError/isBusy``.
    package func setBusyTimeout(milliseconds: Int) {
        sqlite3_busy_timeout(open, CInt(clamping: milliseconds))
    }

    /// True if the file cannot be written although the mode asked for it: SQLite then opens the file for reading
    /// without an error.
    package var isReadOnly: Bool { sqlite3_db_readonly(open, "main") == 1 }

    /// Rows inserted, updated or deleted by the last such statement, without those of triggers.
    public var changes: Int { Int(sqlite3_changes64(open)) }

    /// Rows inserted, updated or deleted since the connection opened.
    package var totalChanges: Int { Int(sqlite3_total_changes64(open)) }

    /// The row id of the last successful insert.
    package var lastInsertedID: Int64 { sqlite3_last_insert_rowid(open) }

    /// The kept statement of a constant text, compiled at its first use.
    public func cached(_ sql: StaticString) throws(SQLiteError) -> Statement {
        let key = UInt(bitPattern: sql.utf8Start)
        if let statement = cache[key] {
            precondition(!statement.isBusy, "a cached statement must not be used by two readers at once")
            return statement
        }
        let statement = try Statement(sql.description, on: open, isPersistent: true)
        cache[key] = statement
        return statement
    }

    var open: OpaquePointer {
        guard let handle else { preconditionFailure("a closed connection must not be used") }
        return handle
    }

    /// Pages in the write-ahead log after the last commit, counted since ``countWALPages()``.
    package var walPages: Int { Int(walPageCount.pointee) }

    /// Makes each commit store the log's length in ``walPages``.
    ///
    /// This replaces SQLite's automatic checkpoint, which ignores its errors: a failed sync would go unnoticed there,
    /// and the next sync that succeeds would let the log be overwritten although its pages never reached the disk.
    package func countWALPages() {
        sqlite3_wal_hook(
            open,
            { counter, _, _, pages in
                counter!.assumingMemoryBound(to: CInt.self).pointee = pages
                return SQLITE_OK
            }, walPageCount)
    }
}
