import Loyalty
import Posix
import SQLite
import Storage

/// A database on which no server runs, and none can start while this object lives.
final class IdleDatabase: StoreMaintenance, BackupSource {
    private let file: DatabaseFile

    /// Takes the lock of an existing file.
    init(path: String) throws(IdleStoreError) {
        file = try Self.lock(path, advice: Self.advice)
    }

    /// The advice to an owner whose command finds no database.
    static let advice = "; give the command in the server's folder, or name the file with -d"

    static func lock(_ path: String, advice: String = "") throws(IdleStoreError) -> DatabaseFile {
        if let error = StoreError(presenceOf: path, called: "database", advice: advice) {
            // A server may still have the removed file open. Then only that server can copy it.
            throw DatabaseFile.isMissingUnderServer(path) ? .inUse : .other(error)
        }
        return try DatabaseFile(locking: path)
    }

    var backups: any BackupSource { self }

    func backUp(
        to path: String, until cancellation: Cancellation, progress: (MaintenanceStage) -> Void
    ) throws(StoreError) -> CheckReport {
        let source = try file.openWithoutServer()
        defer { source.close() }
        return try makingFile(at: path) { path throws(StoreError) in
            try Backup.write(source, to: path, until: cancellation, progress: progress)
        }
    }

    /// Root may name a folder in which the database's owner can't write. The owner gets the file there, too.
    func makingFile<Value>(
        at path: String, _ body: (String) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        guard let owner = FileAccount.current,
            let target = FileAccount.assumedRoot({ try? TrustedPath(path).path })
        else { return try body(path) }
        return try owner.writing(in: File.folder(of: target)).assumed { () throws(StoreError) in try body(target) }
    }

    func export(
        _ login: Login?, until cancellation: Cancellation, _ record: (ShopRecord) -> Bool
    ) throws(StoreError) -> Bool {
        let database = try file.openWithoutServer()
        defer { database.close() }
        try database.requireCurrentSchema(file.path)
        return try database.exportShop(login, path: file.path, until: cancellation, record)
    }

    func check(
        until cancellation: Cancellation, progress: (MaintenanceStage) -> Void
    ) throws(StoreError) -> CheckReport {
        let database = try file.openWithoutServer()
        defer { database.close() }
        return try IntegrityCheck.run(on: database, file.path, until: cancellation, progress)
    }

    func extent(atSeconds now: Int64) -> StoreExtent? {
        guard let database = try? file.openWithoutServer() else { return nil }
        defer { database.close() }
        return database.extent(atSeconds: now)
    }

    func extent(ofBackup path: String) -> StoreExtent? { Database.extent(ofBackup: path) }
}
