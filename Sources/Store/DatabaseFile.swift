import Loyalty
import Posix
import SQLite

/// The one database file: made for us alone, locked against a second server, and opened by SQLite only.
struct DatabaseFile: ~Copyable, Sendable {
    /// The file itself, whatever symbolic links led to it: two names of one file meet at one lock.
    let path: String
    private let lock: FileLock

    /// The first SQLite with `STRICT` tables.
    private static let libraryVersionMin = 3_037_000

    /// Makes the file where there is none and takes its lock, a file beside it whose name ends in `-lock`.
    init(path: String) throws(StoreError) {
        guard SQLiteLibrary.versionNumber >= Self.libraryVersionMin else {
            throw StoreError("SQLite \(SQLiteLibrary.version) is too old: Martlet needs 3.37 or later.")
        }
        guard !path.isEmpty, !path.utf8.contains(0) else { throw StoreError("The database has no path.") }
        let canonicalPath: String
        do throws(SystemError) {
            // SQLite gives -wal and -shm the mode that the file has.
            _ = try PrivateFile.create(path: path)
            canonicalPath = try PrivateFile.canonicalPath(of: path)
        } catch {
            throw StoreError("The database \(path) can't be made or found (\(error)).")
        }
        do throws(FileLock.LockError) {
            lock = try FileLock(path: canonicalPath + "-lock")
        } catch {
            switch error {
            case .held: throw StoreError("The database \(path) is in use by another Martlet server.")
            case .system(let error): throw StoreError("The lock file \(path)-lock can't be used (\(error)).")
            }
        }
        self.path = canonicalPath
    }

    /// The one connection that writes, its tables brought up to date.
    borrowing func openWriter() throws(StoreError) -> sending Database {
        let database = try Self.connect(to: path, mode: .readWriteCreate)
        let version = try Self.admit(database, path: path)
        do {
            try database.execute(ConnectionSettings.writer)
            let mode = try database.first("PRAGMA journal_mode = WAL") { row in row.text(0) }
            guard mode == "wal" else {
                throw SQLiteError(extendedCode: 0, message: "no write-ahead log, on a network share perhaps")
            }
            database.countWALPages()
            try Self.makeDurable(database, path: path)
            try Schema.migrate(database, from: version)
        } catch {
            // Closing it would write to the file.
            database.abandon()
            throw StoreError("The database \(path) can't be prepared: \(error).")
        }
        return database
    }

    /// Puts on the disk what an earlier server may have left in memory alone, as it was killed before it could sync its log,
    /// or the sync failed. Whoever reads that or asks for it again is answered without a write, and so without a sync.
    ///
    /// SQLite syncs the folder when it makes the log, and does not say where that fails.
    private static func makeDurable(_ database: Database, path: String) throws {
        // Nobody else adds to the log meanwhile. It has none of SQLite's locks, which closing a descriptor would drop.
        try database.run("BEGIN IMMEDIATE")
        try DurableFile.rewrite(path: path + "-wal")
        try database.run("ROLLBACK")
        try DurableFile.syncFolder(of: path)
    }

    /// A connection that can neither write nor checkpoint; opened while the writer is.
    static func openReader(path: String) throws(StoreError) -> sending Database {
        let database = try connect(to: path, mode: .readOnly)
        do throws(SQLiteError) {
            try database.execute(ConnectionSettings.reader)
        } catch {
            throw StoreError("The database \(path) can't be read: \(error).")
        }
        return database
    }

    private static func connect(to path: String, mode: Database.Mode) throws(StoreError) -> sending Database {
        do throws(SQLiteError) {
            let database = try Database(path: path, mode: mode)
            database.setBusyTimeout(milliseconds: ConnectionSettings.busyTimeoutMilliseconds)
            try database.execute(ConnectionSettings.common)
            return database
        } catch {
            throw StoreError("The database \(path) can't be opened: \(error).")
        }
    }

    /// The version of a file that is ours to write; refuses all others before anything in them changes.
    private static func admit(_ database: Database, path: String) throws(StoreError) -> Int {
        let standing: Schema.Standing
        do throws(SQLiteError) {
            standing = try Schema.standing(of: database)
        } catch {
            guard !error.isNotADatabase else { throw StoreError("The file \(path) is not a database.") }
            throw StoreError("The database \(path) can't be read: \(error).")
        }
        guard !database.isReadOnly else { throw StoreError("The database \(path) may not be written by this account.") }
        switch standing {
        case .ours(let version): return version
        case .foreign: throw StoreError("The database \(path) belongs to another program; Martlet leaves it alone.")
        case .newer(let version):
            throw StoreError(
                "The database \(path) was made by a later Martlet (its schema is \(version), "
                    + "this one knows \(Schema.migrations.count)): run that one.")
        }
    }
}
