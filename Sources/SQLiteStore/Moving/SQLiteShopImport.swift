import Loyalty
import Posix
import SQLite
import Storage

/// An import into a database file, as one transaction.
///
/// Orders and entries wait in temporary tables, which SQLite keeps on the disk, so that lines may come in any order
/// without a limit of their number. Statements then sort them, make the history of each user of them, look for faults,
/// and fill the tables.
final class SQLiteShopImport: ShopImport {
    private let file: DatabaseFile
    private let database: Database
    private let now: Timestamp
    /// True if the file was made for this import.
    private let isMade: Bool
    /// `nil` after the end.
    private var staging: StagedRecords?
    private var isClosed = false

    /// Pages of tables and of temporary tables that stay in memory. Order numbers come in any order, so each of them
    /// needs another page of the index.
    private static let cacheKibibytes = 128 * 1024
    private static let temporaryCacheKibibytes = 32 * 1024

    init(path: String, at now: Timestamp, until cancellation: Cancellation) throws(StoreError) {
        self.now = now
        let place = try DatabaseFile.place(path)
        isMade = !PrivateFile.exists(path: place)
        let isEmpty = File.size(path: place) ?? 0 == 0
        do throws(IdleStoreError) {
            file = try DatabaseFile(locking: path)
        } catch {
            switch error {
            case .inUse: throw StoreError.serverRuns(onDatabase: path)
            case .other(let error): throw error
            }
        }
        database = isEmpty ? try file.openWriter(at: now, log: .none) : try file.openWithoutServer()
        do throws(StoreError) {
            try database.requireCurrentSchema(place)
            database.interruptStatements { cancellation.isCancelled }
            staging = try describing { () throws(SQLiteError) in
                try database.execute(ConnectionSettings.writer)
                try database.execute(
                    """
                    PRAGMA temp_store = FILE;
                    PRAGMA cache_size = -\(Self.cacheKibibytes);
                    BEGIN IMMEDIATE;
                    """)
                return try StagedRecords(database, cacheKibibytes: Self.temporaryCacheKibibytes)
            }
        } catch {
            discard()
            throw error
        }
    }

    deinit {
        discard()
    }

    func add(_ record: ShopRecord, line: Int64) throws(StoreError) -> String? {
        try describing { () throws(SQLiteError) in try staged.add(record, line: line, at: now) }
    }

    func findFaults(_ fault: (_ line: Int64, _ text: String) -> Void) throws(StoreError) {
        try describing { () throws(SQLiteError) in
            var isFaulty = false
            for rule in ImportRule.ofRecords {
                try rule.find(in: database) { line, text in
                    isFaulty = true
                    fault(line, text)
                }
            }
            // The history of such records would have further faults that say nothing more.
            guard !isFaulty else { return }
            try database.execute(ImportedHistory.make)
            for rule in ImportRule.ofHistory { try rule.find(in: database, fault) }
        }
    }

    func apply(
        hasPositions: Bool, progress: @escaping (MaintenanceStage) -> Void
    ) throws(StoreError) -> ImportReport {
        try describing { () throws(SQLiteError) in
            try database.execute(ImportedHistory.apply(hasPositions: hasPositions))
            let totals = try database.first(ImportedHistory.totals) { row in
                (row.integer(0), row.integer(1), row.integer(2), row.integer(3), row.integer(4))
            }
            guard let totals else { preconditionFailure("a SELECT of sums must return a row") }
            let check = try IntegrityCheck.reportInTransaction(on: database, progress)
            return ImportReport(
                check: check,
                points: (
                    current: Int128(totals.0) * 1_000_000 + Int128(totals.1),
                    withdrawn: Int128(totals.2) * 1_000_000 + Int128(totals.3)
                ), unfinished: totals.4)
        }
    }

    func commit() throws(StoreError) {
        try describing { () throws(SQLiteError) in try database.execute("COMMIT") }
        close()
    }

    func discard() {
        guard !isClosed else { return }
        if database.isInTransaction { try? database.execute("ROLLBACK") }
        close()
        guard isMade else { return }
        for suffix in ["-wal", "-shm", ""] { try? PrivateFile.remove(path: file.path + suffix) }
    }

    /// The last connection to close writes the log back into the file.
    private func close() {
        staging = nil
        database.close()
        isClosed = true
    }

    private var staged: StagedRecords {
        guard let staging else { preconditionFailure("an import that ended must not be used") }
        return staging
    }

    private func describing<Value>(_ body: () throws(SQLiteError) -> Value) throws(StoreError) -> Value {
        do throws(SQLiteError) {
            return try body()
        } catch {
            guard !error.isInterrupted else { throw .stoppedImport }
            throw StoreError("The import into the database \(file.path) failed: \(error).", isDamage: error.isDamage)
        }
    }
}
