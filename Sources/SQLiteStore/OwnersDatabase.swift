import Posix
import SQLite
import Storage

/// What an owner has done with a database, whether or not a server runs on it.
package protocol OwnersDatabase: AnyObject {
    /// Backs up into a file that is not there yet; returns what its check found. Gives up where it is cancelled.
    func backUp(
        to path: String, until cancellation: Cancellation, progress: (Backup.Stage) -> Void
    ) throws(StoreError) -> IntegrityCheck

    func check(
        until cancellation: Cancellation, progress: (Backup.Stage) -> Void
    ) throws(StoreError) -> IntegrityCheck
}

/// The database that a server has open, through one connection that was opened at the start: if the file was removed or replaced
/// since, this is still the one that the server has. Confined to one thread at a time.
package final class OpenDatabase: OwnersDatabase {
    private let database: Database
    private let path: String

    init(database: sending Database, path: String) {
        self.database = database
        self.path = path
    }

    package func backUp(
        to path: String, until cancellation: Cancellation, progress: (Backup.Stage) -> Void
    ) throws(StoreError) -> IntegrityCheck {
        try Backup.write(database, to: path, until: cancellation, progress: progress)
    }

    package func check(
        until cancellation: Cancellation, progress: (Backup.Stage) -> Void
    ) throws(StoreError) -> IntegrityCheck {
        // The check has a large cache, and the connection stays.
        defer { try? database.execute("PRAGMA cache_size = -\(Self.cacheKibibytes); PRAGMA shrink_memory") }
        return try Backup.check(database, path, until: cancellation, progress)
    }

    /// When the first thing in the database was written, in seconds since 1970, or about then; `nil` if it is empty.
    ///
    /// - Parameter now: the answer if there is only what has no time of its own, a reward rule.
    package func firstWrite(atSeconds now: Int64) -> Int64? {
        let sql: StaticString = """
            SELECT coalesce((SELECT created_at FROM users ORDER BY id LIMIT 1),
                (SELECT accepted_at FROM receipts LIMIT 1), (SELECT ?1 FROM reward_rules LIMIT 1), -1)
            """
        let milliseconds = try? database.first(sql, now * 1000) { row in row.integer(0) }
        return milliseconds.flatMap { $0 < 0 ? nil : $0 / 1000 }
    }

    /// SQLite's default.
    private static let cacheKibibytes = 2000
}

/// A database that no server runs on, and none can while this lives.
package final class IdleDatabase: OwnersDatabase {
    private let file: DatabaseFile

    package enum OpenError: Error {
        /// A server runs on it.
        case inUse
        case other(StoreError)
    }

    /// Takes the lock of a file that is there.
    package init(path: String) throws(OpenError) {
        file = try Self.lock(path)
    }

    static func lock(_ path: String) throws(OpenError) -> DatabaseFile {
        if let error = StoreError(presenceOf: path, called: "database") {
            // Its server may still have it open, and is the only one that can copy it then.
            throw DatabaseFile.isMissingUnderServer(path) ? .inUse : .other(error)
        }
        do throws(DatabaseFile.OpenError) {
            return try DatabaseFile(locking: path)
        } catch {
            switch error {
            case .inUse: throw .inUse
            case .other(let error): throw .other(error)
            }
        }
    }

    package func backUp(
        to path: String, until cancellation: Cancellation, progress: (Backup.Stage) -> Void
    ) throws(StoreError) -> IntegrityCheck {
        let source = try file.openWithoutServer()
        defer { source.close() }
        // Root may have its backup in a folder that the database's owner can't write in; the file is the owner's there too.
        guard let owner = FileAccount.owner(of: file.path), let target = try? TrustedPath(path).path else {
            return try Backup.write(source, to: path, until: cancellation, progress: progress)
        }
        return try owner.writing(in: File.folder(of: target)).assumed { () throws(StoreError) in
            try Backup.write(source, to: target, until: cancellation, progress: progress)
        }
    }

    package func check(
        until cancellation: Cancellation, progress: (Backup.Stage) -> Void
    ) throws(StoreError) -> IntegrityCheck {
        let database = try file.openWithoutServer()
        defer { database.close() }
        return try Backup.check(database, file.path, until: cancellation, progress)
    }
}
