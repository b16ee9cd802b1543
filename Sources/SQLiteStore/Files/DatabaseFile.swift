import Loyalty
import Posix
import SQLite
import Storage

/// The one database file: made for us alone, locked against a second server, and opened by SQLite only.
struct DatabaseFile: ~Copyable, Sendable {
    /// The path of the file itself, with every symbolic link followed.
    let path: String
    /// The lock of the path. It tells every Martlet, even an earlier version, that a server uses the database of this
    /// path.
    private var lock: FileLock
    /// The lock of the file itself, whatever names it has. It is taken before SQLite opens the file, and released after
    /// SQLite has closed it.
    private let inodeLock: InodeLock
    /// The content of the lock file while a server runs; see ``LogOwnership``.
    private var record: String

    /// The first SQLite with `STRICT` tables.
    private static let libraryVersionMin = 3_037_000

    /// Makes the file if there is none, and takes its locks.
    ///
    /// - Parameter isReplaced: true if the file is about to be replaced, so that a log without its file is no obstacle.
    init(path: String, isReplaced: Bool = false) throws(StoreError) {
        self = try Self.locked(path, isReplaced)
    }

    private static func locked(_ path: String, _ isReplaced: Bool) throws(StoreError) -> DatabaseFile {
        do throws(IdleStoreError) {
            return try DatabaseFile(locking: path, isReplaced: isReplaced)
        } catch {
            switch error {
            case .inUse:
                // A restore replaces the file; a server does not.
                throw isReplaced
                    ? StoreError.serverRuns(onDatabase: path)
                    : StoreError(
                        "The database \(path) is in use by another Martlet server; stop it, or name another "
                            + "file with -d.")
            case .other(let error): throw error
            }
        }
    }

    /// Takes the lock of the path, which is a file beside the database with the suffix `-lock`, and the lock of the
    /// database's file itself.
    init(locking path: String, isReplaced: Bool = false) throws(IdleStoreError) {
        let place: String
        do throws(StoreError) { place = try Self.place(path) } catch { throw .other(error) }
        let lock = try Self.lock(place)
        do throws(StoreError) {
            if !isReplaced { try Self.refuseOrphanedLog(place, path) }
            try Self.make(place, path)
            try DatabasePlace.check(place)
        } catch {
            throw .other(error)
        }
        let inodeLock = try Self.lockFile(place)
        self.init(path: place, lock: lock, inodeLock: inodeLock)
    }

    private init(path: String, lock: consuming FileLock, inodeLock: consuming InodeLock) {
        self.path = path
        self.lock = lock
        self.inodeLock = inodeLock
        record = ""
    }

    private static func lockFile(_ path: String) throws(IdleStoreError) -> InodeLock {
        do throws(FileLock.LockError) {
            return try InodeLock(path: path)
        } catch {
            switch error {
            case .held: throw .inUse
            case .system(let error):
                throw .other(
                    error.isForbidden
                        ? .forbidden("open", database: path)
                        : StoreError("The database \(path) can't be opened (\(error))."))
            }
        }
    }

    /// Takes the lock of a path again if its file was removed, so that a second server is still refused.
    mutating func renewLock() {
        guard !PrivateFile.exists(path: path + "-lock"), let renewed = try? Self.lock(path) else { return }
        try? renewed.write(record)
        lock = renewed
    }

    /// Returns true if a server runs on a database that is not there any more.
    static func isMissingUnderServer(_ path: String) -> Bool {
        guard let place = try? place(path), PrivateFile.exists(path: place + "-lock") else { return false }
        do throws(IdleStoreError) {
            _ = try lock(place)
            return false
        } catch {
            if case .inUse = error { return true }
            return false
        }
    }

    private static func lock(_ path: String) throws(IdleStoreError) -> FileLock {
        do throws(FileLock.LockError) {
            return try FileLock(path: path + "-lock")
        } catch {
            switch error {
            case .held: throw .inUse
            case .system(let error):
                throw .other(
                    error.isForbidden
                        ? .forbidden("open or make the lock file \(path)-lock of the database", database: path)
                        : StoreError("The lock file \(path)-lock can't be used (\(error))."))
            }
        }
    }

    /// The canonical path of a database that may not be there yet.
    static func place(_ path: String) throws(StoreError) -> String {
        guard SQLiteLibrary.versionNumber >= Self.libraryVersionMin else {
            throw StoreError("SQLite \(SQLiteLibrary.version) is too old: Martlet needs 3.37 or later.")
        }
        guard !path.isEmpty, !path.utf8.contains(0) else { throw StoreError("The database has no path.") }
        do throws(SystemError) {
            return try PrivateFile.canonicalPath(ofPossible: path)
        } catch {
            throw StoreError("The database \(path) can't be made or found (\(error)).")
        }
    }

    /// Refuses a log whose database is missing or empty, because SQLite would remove that log.
    static func refuseOrphanedLog(_ place: String, _ path: String) throws(StoreError) {
        guard File.size(path: place) ?? 0 > 0 || File.size(path: place + "-wal") ?? 0 == 0 else {
            throw StoreError(
                "The database \(path) is missing or empty, but its log \(place)-wal is there: put the database back "
                    + "beside its log, or move the log away.")
        }
    }

    /// Makes the file if there is none.
    private static func make(_ place: String, _ path: String) throws(StoreError) {
        do throws(SystemError) {
            // SQLite gives -wal and -shm the mode that the file has.
            _ = try PrivateFile.create(path: place)
            _ = try PrivateFile.canonicalPath(of: place)
        } catch {
            guard !error.isForbidden else { throw .forbidden("make or find the database", database: path) }
            throw StoreError("The database \(path) can't be made or found (\(error)).")
        }
    }

    /// Opens the one connection that writes, and brings the tables up to date.
    ///
    /// A file of an earlier Martlet is copied first. The copy's name has the number of the new schema and the time.
    borrowing func openWriter(
        at now: Timestamp, log: Log, migrations: [String] = Schema.migrations
    ) throws(StoreError) -> sending Database {
        try admitLog()
        let database = try Self.connect(to: path, mode: .readWriteCreate)
        let version = try Self.admit(database, path: path, migrations: migrations)
        let copy = UpgradeCopy(of: path, version: version, migrationCount: migrations.count, at: now)
        try copy.make(from: database, log)
        do {
            try database.execute(ConnectionSettings.writer)
            let mode = try database.first("PRAGMA journal_mode = WAL") { row in row.text(0) }
            guard mode == "wal" else {
                throw SQLiteError(extendedCode: 0, message: "no write-ahead log, on a network share perhaps")
            }
            database.countWALPages()
            try Self.makeDurable(database, path: path)
            // The indexes of a large table are sorted on the disk, not in memory.
            try database.execute("PRAGMA temp_store = FILE")
            try Schema.migrate(database, from: version, by: migrations)
            try database.execute("PRAGMA temp_store = MEMORY")
        } catch {
            let reached =
                (try? database.first("PRAGMA user_version") { row in Int(clamping: row.integer(0)) }) ?? nil
            copy.settle(reached: reached ?? version, log)
            // Closing it would write to the file.
            database.abandon()
            throw StoreError("The database \(path) can't be prepared: \(error).")
        }
        copy.settle(reached: migrations.count, log)
        return database
    }

    /// Puts the log on the disk. An earlier server that was killed before its sync, or whose sync failed, may have left
    /// the end of the log in memory alone. A client that reads those changes, or sends them again, gets its response
    /// without a write, and so without a sync.
    ///
    /// SQLite syncs the folder when it makes the log, and reports no error if that fails.
    private static func makeDurable(_ database: Database, path: String) throws {
        // The transaction keeps other programs from adding to the log. SQLite's locks, which closing a descriptor would
        // drop, are on other files.
        try database.run("BEGIN IMMEDIATE")
        try DurableFile.rewrite(path: path + "-wal")
        try database.run("ROLLBACK")
        try DurableFile.syncFolder(of: path)
    }

    /// Refuses files that a server left with a fault. It is called before SQLite opens them, because SQLite would take
    /// a foreign log for this file's. If there is no fault, it removes the note in the lock file.
    private borrowing func admitLog() throws(StoreError) {
        let recorded: String
        do throws(SystemError) {
            recorded = try lock.text()
            try lock.write("")
        } catch {
            throw StoreError("The lock file \(path)-lock can't be used (\(error)).")
        }
        guard LogOwnership.isPlausible(recorded, database: path) else {
            try? lock.write(recorded)
            throw LogOwnership.refusal(of: path)
        }
        guard !LogOwnership.isOverwritten(recorded, database: path) else {
            try? lock.write(recorded)
            throw LogOwnership.overwriteRefusal(of: path)
        }
    }

    /// Returns true if there is no log beside the file, or if the log may belong to the file.
    borrowing func mayOwnLog() -> Bool {
        let recorded = (try? lock.text()) ?? ""
        return LogOwnership.isPlausible(recorded, database: path)
            && !LogOwnership.isOverwritten(recorded, database: path)
    }

    /// Notes the database and the log that a server writes from now on.
    mutating func noteLog() throws(StoreError) {
        record = LogOwnership.record(ofDatabase: path)
        do throws(SystemError) {
            try lock.write(record)
        } catch {
            throw StoreError("The lock file \(path)-lock can't be written (\(error)).")
        }
    }

    /// Has the next start refuse the database and its log, into which another program wrote.
    mutating func noteOverwrite() {
        record = LogOwnership.overwritten(record)
        try? lock.write(record)
    }

    /// Removes the note of a log that is not there any more.
    borrowing func forgetLog() {
        try? lock.write("")
    }

    /// Opens a connection that can neither write nor checkpoint, while the writer is open. It reads once, so that it
    /// has all its files open and does not look for them by name later.
    static func openReader(
        path: String, cacheKibibytes: Int = ConnectionSettings.readerCacheKibibytes
    ) throws(StoreError) -> sending Database {
        let database = try connect(to: path, mode: .readOnly)
        do throws(SQLiteError) {
            try database.execute(ConnectionSettings.reader(cacheKibibytes: cacheKibibytes))
            _ = try database.first("SELECT 1 FROM sqlite_schema LIMIT 1") { row in row.integer(0) }
        } catch {
            throw StoreError("The database \(path) can't be read: \(error).")
        }
        return database
    }

    /// Opens a database on which no server runs, such as a backup. It must be Martlet's, with a schema that this
    /// version knows.
    static func openCopy(path: String) throws(StoreError) -> sending Database {
        if let error = StoreError(presenceOf: path, called: "file") { throw error }
        let database = try connect(to: path, mode: .readOnly)
        guard try admit(database, path: path, mayBeReadOnly: true) > 0 else {
            throw StoreError("The file \(path) is not a Martlet database.")
        }
        return database
    }

    /// Opens a connection that reads this locked file and puts the content of its log back into it.
    borrowing func openWithoutServer() throws(StoreError) -> sending Database {
        try admitLog()
        let database = try Self.connect(to: path, mode: .readWriteCreate)
        guard try Self.admit(database, path: path) > 0 else { throw StoreError("The database \(path) is empty.") }
        return database
    }
}
