import Posix
import SQLite
import Storage

/// A copy of the database in a file of its own. It holds one consistent state, is checked and synced, and gets its name
/// last.
enum Backup {
    /// The end of a backup's name until it is complete.
    static let partialSuffix = ".partial"

    /// The pages that are copied between two reports of progress: 4 MiB.
    private static let pagesPerStep = 1024

    /// Copies the state that the source sees into a new file (mode 0600).
    ///
    /// - Parameter source: A connection that is used for nothing else meanwhile; it may be read-only.
    static func write(
        _ source: Database, to path: String, until cancellation: Cancellation = Cancellation(),
        progress: (MaintenanceStage) -> Void
    ) throws(StoreError) -> CheckReport {
        guard !namesBesideDatabases.contains(where: path.hasSuffix) else {
            throw StoreError(
                "A backup \(path) would be taken for a file beside a database, and be removed; give it another name.")
        }
        guard !PrivateFile.exists(path: path) else {
            throw StoreError("There is a file \(path) already, and a backup does not replace it.")
        }
        BackupLeftovers.remove(beside: path)
        let partial = path + partialSuffix
        guard PrivateFile.mayWrite(inFolderOf: path) else {
            throw .forbidden("make files beside", database: path)
        }
        let lock = try makePartial(partial, for: path)
        defer { withExtendedLifetime(lock) {} }
        do throws(Failure) {
            return try finish(source, partial, path, until: cancellation, progress)
        } catch {
            if !error.isKept {
                for suffix in partialFiles.reversed() { try? PrivateFile.remove(path: partial + suffix) }
            }
            throw error.reason
        }
    }

    /// Makes the partial file, locked, in place of what an earlier try left under the same name. The lock tells other
    /// backups that this file is no leftover.
    static func makePartial(_ partial: String, for path: String) throws(StoreError) -> InodeLock {
        let failure = "The backup \(path) can't be made"
        do throws(FileLock.LockError) {
            try removeLeftover(partial)
            return try InodeLock(
                making: partial, content: Schema.emptyDatabase, by: path + BackupLeftovers.intermediateSuffix)
        } catch {
            switch error {
            case .held: throw StoreError("\(failure): another backup is writing \(partial).")
            case .system(let error): throw StoreError("\(failure) (\(error)).")
            }
        }
    }

    /// Removes what an earlier try left under the same name.
    ///
    /// - Throws: ``FileLock/LockError/held`` if another backup is writing the file.
    private static func removeLeftover(_ partial: String) throws(FileLock.LockError) {
        do throws(FileLock.LockError) {
            let leftover = try InodeLock(path: partial)
            defer { withExtendedLifetime(leftover) {} }
            // Another backup has just taken the name.
            guard leftover.isNamed(partial) else { throw .held }
            return try removeFiles(partial)
        } catch {
            // If it is not held, there is no such file, or the file system has no locks.
            if case .held = error { throw error }
        }
        try removeFiles(partial)
    }

    private static func removeFiles(_ partial: String) throws(FileLock.LockError) {
        do throws(SystemError) {
            for suffix in partialFiles.reversed() { try PrivateFile.remove(path: partial + suffix) }
        } catch {
            throw .system(error)
        }
    }

    /// The ends of names of files that SQLite and Martlet make and remove beside a database
    /// (sqlite.org/tempfiles.html).
    private static let namesBesideDatabases = ["-wal", "-shm", "-journal", "-lock", "-control"]

    /// The ends of the names of a partial file and of the files that SQLite may have made beside it.
    ///
    /// They are removed in the opposite order, so that no file of SQLite's outlives its database.
    static let partialFiles = ["", "-journal", "-wal", "-shm"]

    /// The reason why there is no backup. `isKept` is true if the partial file stays.
    private struct Failure: Error {
        let reason: StoreError
        var isKept = false
    }

    private static func finish(
        _ source: Database, _ partial: String, _ path: String, until cancellation: Cancellation,
        _ progress: (MaintenanceStage) -> Void
    ) throws(Failure) -> CheckReport {
        do throws(SQLiteError) {
            try copy(source, to: partial, cancellation, progress)
        } catch {
            throw Failure(
                reason: StoreError("The backup \(path) could not be written: \(error).", isDamage: error.isDamage))
        }
        let report: CheckReport
        do throws(StoreError) {
            report = try verify(partial, until: cancellation, progress)
        } catch {
            throw Failure(reason: error)
        }
        guard report.isPassed else {
            let reason = "The copy does not pass its check; it is kept as \(partial)."
            throw Failure(reason: StoreError(reason, isDamage: true), isKept: true)
        }
        do throws(StoreError) {
            try StoreError.describing("The backup is kept as \(partial), as it can't be named \(path)") {
                () throws(SystemError) in
                try DurableFile.sync(path: partial)
                try PrivateFile.rename(partial, toNew: path)
            }
        } catch {
            throw Failure(reason: error, isKept: true)
        }
        return report
    }

    private static func copy(
        _ source: Database, to path: String, _ cancellation: Cancellation, _ progress: (MaintenanceStage) -> Void
    ) throws(SQLiteError) {
        let target = try Database(path: path, mode: .readWriteCreate)
        defer { target.close() }
        try target.execute("PRAGMA synchronous = FULL")
        // The first read takes the snapshot, so that the copy has one state although the server writes meanwhile.
        try source.execute("BEGIN; SELECT count(*) FROM sqlite_schema")
        defer { try? source.execute("ROLLBACK") }
        try source.copy(into: target, pagesPerStep: pagesPerStep) { done, pages in
            progress(.copying(pagesDone: done, pages: pages))
            return !cancellation.isCancelled
        }
        // The file then needs no log beside it, wherever it is copied to.
        try target.execute("PRAGMA journal_mode = DELETE")
    }

    /// Checks a backup's file.
    private static func verify(
        _ path: String, until cancellation: Cancellation, _ progress: (MaintenanceStage) -> Void
    ) throws(StoreError) -> CheckReport {
        let database = try DatabaseFile.openCopy(path: path)
        defer { database.close() }
        return try IntegrityCheck.run(on: database, path, until: cancellation, progress)
    }
}
