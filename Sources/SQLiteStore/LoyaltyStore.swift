import Changes
import Loyalty
import Posix
import SQLite
import SharedStore
import Storage
import Synchronization

/// The database of one server: its file and lock, its writer, and the connections that read.
///
/// At the end, each repository is closed on its thread, and then ``stop()`` is called.
package final class LoyaltyStore: Sendable {
    package let writer: Writer
    /// The changes that were committed since the start, for clients that follow them.
    package let changeLog: ChangeLog
    /// The file as the system names it, every symbolic link followed.
    package let path: String
    /// True if this start made the database.
    package let isNew: Bool
    private let file: LockedFile
    private let places: FilePlaces
    private let revisions = UserRevisions()
    private let clock: WallClock
    private let log: Log
    /// `nil` until it is started.
    private let sweeper = Mutex<SessionSweeper?>(nil)

    /// The number of the schema that a server of this version makes of a database.
    package static var schemaVersion: Int { Schema.migrations.count }

    private static let libraryVersionWithSafeReset = 3_051_003

    /// Opens the file at a path, and makes it if there is none.
    ///
    /// `onFatalError` is called at most once, on the writer's thread, after an error that leaves nothing to trust: the
    /// process is to end with a status other than zero, and the next start recovers all that was acknowledged.
    package convenience init(
        path: String, limits: Writer.Limits = Writer.Limits(), clock: @escaping WallClock, log: Log,
        onFatalError: @escaping @Sendable () -> Void
    ) throws(StoreError) {
        try self.init(
            file: try DatabaseFile(path: path), limits: limits, clock: clock, log: log, onFatalError: onFatalError)
        noteLibrary()
    }

    /// Opens an existing file on which no server runs, for one command of its owner.
    convenience init(
        idle path: String, clock: @escaping WallClock, log: Log, onFatalError: @escaping @Sendable () -> Void
    ) throws(IdleStoreError) {
        let file = try IdleDatabase.lock(path, advice: IdleDatabase.advice)
        do throws(StoreError) {
            try self.init(file: file, limits: Writer.Limits(), clock: clock, log: log, onFatalError: onFatalError)
        } catch {
            throw .other(error)
        }
    }

    private init(
        file: consuming DatabaseFile, limits: Writer.Limits, clock: @escaping WallClock, log: Log,
        onFatalError: @escaping @Sendable () -> Void
    ) throws(StoreError) {
        path = file.path
        isNew = File.size(path: path) ?? 0 == 0
        changeLog = ChangeLog(capacity: limits.storage.keptChangesMax, start: clock())
        let database = try file.openWriter(at: clock(), log: log)
        let holder = try DatabaseFile.openReader(path: path)
        places = try FilePlaces(database: path)
        try file.noteLog()
        let locked = LockedFile(file)
        self.file = locked
        writer = Writer(
            database: database, holder: holder, places: places, limits: limits, revisions: revisions,
            changeLog: changeLog, log: log,
            events: Writer.Events(onOverwrite: { locked.noteOverwrite() }, onFatalError: onFatalError))
        self.clock = clock
        self.log = log
    }

    /// Makes the access of one event loop to the database; it goes to the loop's thread and stays there.
    package func makeRepository() throws(StoreError) -> sending any Repository {
        let database = try openReader(cacheKibibytes: ConnectionSettings.loopCacheKibibytes)
        return SQLiteRepository(
            reader: Reader(database: database, revisions: revisions, log: log), writer: writer, clock: clock)
    }

    /// Makes the access of an event loop of the built-in accrual system; as ``makeRepository()``.
    package func makeRewardRepository() throws(StoreError) -> sending any RewardRepository {
        SQLiteRewardRepository(
            reader: Reader(database: try openReader(), revisions: revisions, log: log),
            writer: writer)
    }

    /// Makes the access of an event loop of the staff; as ``makeRepository()``.
    package func makeStaffRepository() throws(StoreError) -> sending any StaffRepository {
        SQLiteStaffRepository(
            reader: Reader(database: try openReader(), revisions: revisions, log: log), writer: writer)
    }

    /// Makes the workers' access to the built-in accrual system; it is closed before the store stops.
    package func makeReceiptLookup() throws(StoreError) -> any ReceiptLookup {
        SQLiteReceiptLookup(database: try openReader(), log: log)
    }

    /// Makes the access of the server's watch; as ``makeRepository()``.
    package func makeProbe() throws(StoreError) -> sending any StoreProbe {
        SQLiteProbe(
            reader: Reader(database: try openReader(), revisions: revisions, log: log),
            clock: clock)
    }

    /// Makes the access of the owner's commands, on one thread that may block.
    package func makeOwnerRepository(until cancellation: Cancellation) throws(StoreError) -> any OwnerRepository {
        SQLiteOwnerRepository(
            database: try openReader(), writer: writer, path: path, revisions: revisions, clock: clock,
            cancellation: cancellation)
    }

    /// The access of the accrual pipeline, for any thread.
    package var settlements: any SettlementRepository {
        SQLiteSettlementRepository(writer: writer, log: log)
    }

    package func startSweepingSessions() {
        sweeper.withLock { sweeper in
            precondition(sweeper == nil, "the sweeper must be started once")
            sweeper = SessionSweeper(clock: clock) { [writer] now in writer.sweepSessions(at: now) }
        }
    }

    /// Takes no further writes, finishes those that wait, writes the log back into the file, closes it and lets the
    /// lock go. Blocks until then.
    package func stop() {
        let sweeper = sweeper.withLock { sweeper in
            let taken = sweeper
            sweeper = nil
            return taken
        }
        sweeper?.stop()
        writer.stop()
        file.close(forgettingLog: !hasFileFault)
    }

    /// True if a file was removed, replaced or changed by another program while it was open: nothing was written since.
    package var hasFileFault: Bool { writer.snapshot.hasFileFault }

    /// Takes the lock file's name again if it was removed.
    package func renewLock() {
        file.renewLock()
    }

    /// Opens a connection to the file that the writer has open, and refuses another file that has its path by now.
    private func openReader(
        cacheKibibytes: Int = ConnectionSettings.readerCacheKibibytes
    ) throws(StoreError) -> sending Database {
        if let fault = places.displacement { throw Self.refusal(fault) }
        let database = try DatabaseFile.openReader(path: path, cacheKibibytes: cacheKibibytes)
        if let fault = places.displacement {
            database.close()
            throw Self.refusal(fault)
        }
        return database
    }

    private static func refusal(_ fault: FileFault) -> StoreError {
        StoreError("\(fault.words) while the server has it open; martlet backup FILE still copies what is open.")
    }

    /// Makes the connection that backs up and checks the open database, on one thread; it is closed before the store
    /// stops.
    package func makeMaintenance() throws(StoreError) -> sending any StoreMaintenance {
        OpenDatabase(database: try openReader(), path: path) { [writer] in
            // An operation that does nothing has the writer look at the files.
            try? writer.performAndWait { _ in }
            return writer.snapshot.isOverwritten
        }
    }

    private func noteLibrary() {
        guard SQLiteLibrary.versionNumber < Self.libraryVersionWithSafeReset else {
            return log.info("SQLite \(SQLiteLibrary.version)")
        }
        log.warning(
            "SQLite \(SQLiteLibrary.version) can lose data if two programs write to one file (its WAL-reset bug, until 3.51.2). "
                + "Martlet alone writes to this one: leave it to Martlet while it runs")
    }
}
