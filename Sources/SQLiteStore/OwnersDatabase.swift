import Posix
import SQLite
import Storage

/// The owner's work on a whole database, whether or not a server runs on it.
package protocol OwnersDatabase: AnyObject {
    /// Backs up into a new file and returns the result of its check. Throws if it is cancelled.
    func backUp(
        to path: String, until cancellation: Cancellation, progress: (Backup.Stage) -> Void
    ) throws(StoreError) -> IntegrityCheck

    func check(
        until cancellation: Cancellation, progress: (Backup.Stage) -> Void
    ) throws(StoreError) -> IntegrityCheck
}

/// The database that a server has open, through one connection that was opened at the start: if the file was removed or
/// replaced since, this is still the one that the server has. Confined to one thread at a time.
package final class OpenDatabase: OwnersDatabase {
    private let database: Database
    private let path: String
    private let isOverwritten: @Sendable () -> Bool

    /// - Parameter isOverwritten: looks at the files, and returns true if another program wrote into the files, so that
    ///   a copy of them is no backup.
    init(database: sending Database, path: String, isOverwritten: @escaping @Sendable () -> Bool) {
        self.database = database
        self.path = path
        self.isOverwritten = isOverwritten
    }

    package func backUp(
        to path: String, until cancellation: Cancellation, progress: (Backup.Stage) -> Void
    ) throws(StoreError) -> IntegrityCheck {
        try refuseOverwritten()
        let check = try Backup.write(database, to: path, until: cancellation, progress: progress)
        do throws(StoreError) {
            try refuseOverwritten()
        } catch {
            try? PrivateFile.remove(path: path)
            throw error
        }
        return check
    }

    private func refuseOverwritten() throws(StoreError) {
        guard isOverwritten() else { return }
        throw StoreError(
            "Another program wrote into the files of the database \(path), and a copy of them would be no backup: stop the "
                + "server and restore the last backup.", isDamage: true)
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
        // Root may have its backup in a folder that the database's owner can't write in; the file is the owner's there
        // too.
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
