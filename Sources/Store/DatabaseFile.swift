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

    /// Whether somebody else holds the lock is told apart from all other errors.
    enum OpenError: Error {
        case inUse
        case other(StoreError)
    }

    /// Makes the file where there is none and takes its lock.
    init(path: String) throws(StoreError) {
        self = try Self.locked(path)
    }

    private static func locked(_ path: String) throws(StoreError) -> DatabaseFile {
        do throws(OpenError) {
            return try DatabaseFile(locking: path)
        } catch {
            switch error {
            case .inUse: throw StoreError("The database \(path) is in use by another Martlet server.")
            case .other(let error): throw error
            }
        }
    }

    /// The lock is a file beside the database whose name ends in `-lock`.
    init(locking path: String) throws(OpenError) {
        let canonicalPath: String
        do throws(StoreError) { canonicalPath = try Self.make(path) } catch { throw .other(error) }
        lock = try Self.lock(canonicalPath)
        self.path = canonicalPath
    }

    private static func lock(_ path: String) throws(OpenError) -> FileLock {
        do throws(FileLock.LockError) {
            return try FileLock(path: path + "-lock")
        } catch {
            switch error {
            case .held: throw .inUse
            case .system(let error): throw .other(StoreError("The lock file \(path)-lock can't be used (\(error))."))
            }
        }
    }

    /// Makes the file where there is none; returns its canonical path.
    private static func make(_ path: String) throws(StoreError) -> String {
        guard SQLiteLibrary.versionNumber >= Self.libraryVersionMin else {
            throw StoreError("SQLite \(SQLiteLibrary.version) is too old: Martlet needs 3.37 or later.")
        }
        guard !path.isEmpty, !path.utf8.contains(0) else { throw StoreError("The database has no path.") }
        do throws(SystemError) {
            // SQLite gives -wal and -shm the mode that the file has.
            _ = try PrivateFile.create(path: path)
            return try PrivateFile.canonicalPath(of: path)
        } catch {
            throw StoreError("The database \(path) can't be made or found (\(error)).")
        }
    }

    /// The one connection that writes, its tables brought up to date.
    ///
    /// A file of an earlier Martlet is copied first, with the number of the schema it is to have and the time in its name.
    borrowing func openWriter(
        at now: Timestamp, log: Log, migrations: [String] = Schema.migrations
    ) throws(StoreError) -> sending Database {
        let database = try Self.connect(to: path, mode: .readWriteCreate)
        let version = try Self.admit(database, path: path, migrationCount: migrations.count)
        if version > 0, version < migrations.count {
            let copy = "\(path).before-schema-\(migrations.count)-\(now.milliseconds / 1000)"
            log.info(
                "the database is of schema \(version); before it is brought to \(migrations.count), it is copied to \(copy)"
            )
            _ = try Backup.write(database, to: copy) { _ in }
        }
        do {
            try database.execute(ConnectionSettings.writer)
            let mode = try database.first("PRAGMA journal_mode = WAL") { row in row.text(0) }
            guard mode == "wal" else {
                throw SQLiteError(extendedCode: 0, message: "no write-ahead log, on a network share perhaps")
            }
            database.countWALPages()
            try Self.makeDurable(database, path: path)
            try Schema.migrate(database, from: version, by: migrations)
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

    /// A database that is no server's, such as a backup: ours, and of a schema that this Martlet knows.
    static func openCopy(path: String) throws(StoreError) -> sending Database {
        guard PrivateFile.exists(path: path) else { throw StoreError("There is no file \(path).") }
        let database = try connect(to: path, mode: .readOnly)
        guard try admit(database, path: path, mayBeReadOnly: true) > 0 else {
            throw StoreError("The file \(path) is no database of Martlet's.")
        }
        return database
    }

    /// A connection that reads a file whose lock this is, and puts what its log still holds back into it.
    borrowing func openWithoutServer() throws(StoreError) -> sending Database {
        let database = try Self.connect(to: path, mode: .readWriteCreate)
        guard try Self.admit(database, path: path) > 0 else { throw StoreError("The database \(path) is empty.") }
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
    private static func admit(
        _ database: Database, path: String, mayBeReadOnly: Bool = false, migrationCount: Int = Schema.migrations.count
    ) throws(StoreError) -> Int {
        let standing: Schema.Standing
        do throws(SQLiteError) {
            standing = try Schema.standing(of: database, migrationCount: migrationCount)
        } catch {
            guard !error.isNotADatabase else { throw StoreError("The file \(path) is not a database.") }
            throw StoreError("The database \(path) can't be read: \(error).")
        }
        guard mayBeReadOnly || !database.isReadOnly else {
            throw StoreError("The database \(path) may not be written by this account.")
        }
        switch standing {
        case .ours(let version): return version
        case .foreign: throw StoreError("The database \(path) belongs to another program; Martlet leaves it alone.")
        case .newer(let version):
            throw StoreError(
                "The database \(path) was made by a later Martlet (its schema is \(version), "
                    + "this one knows \(migrationCount)): run that one.")
        }
    }
}
