import Posix
import SQLite
import SharedStore
import Storage

/// A new database that a copy is written into, under another name until it is complete.
///
/// Its partial file is like those of backups (``Backup``): it is locked, it is a Martlet database from its first byte,
/// and the next copy or backup beside it removes it if this process was killed.
package final class SQLiteCopyTarget: CopyTarget {
    private let path: String
    private let partial: String
    private let lock: InodeLock
    private let cancellation: Cancellation
    /// `nil` before the first rows, and after the last ones.
    private var writer: SQLiteTableWriter?
    /// `nil` before the rows are complete.
    private var copied: (database: Database, reader: SQLiteTableReader)?

    /// Makes the partial file. There must be no database of the name.
    package init(path: String, until cancellation: Cancellation) throws(StoreError) {
        let place = try DatabaseFile.place(path)
        guard !DatabaseFile.isMissingUnderServer(place) else {
            throw StoreError("A server runs on the database \(path), whose file was removed; stop it first.")
        }
        guard !PrivateFile.exists(path: place) else {
            throw StoreError("There is a file \(path) already, and a copy does not replace it.")
        }
        try DatabaseFile.refuseOrphanedLog(place, path)
        guard PrivateFile.mayWrite(inFolderOf: place) else { throw .forbidden("make the database", database: path) }
        BackupLeftovers.remove(beside: place)
        (self.path, partial, self.cancellation) = (place, place + Backup.partialSuffix, cancellation)
        lock = try Backup.makePartial(partial, for: place)
    }

    package func write(_ page: TablePage) throws(StoreError) {
        do throws(SQLiteError) { try openWriter().write(page) } catch { throw unwritable(error) }
    }

    package func finishRows() throws(StoreError) {
        do throws(SQLiteError) { try openWriter().finish() } catch { throw unwritable(error) }
        writer = nil
    }

    private func openWriter() throws(SQLiteError) -> SQLiteTableWriter {
        if let writer { return writer }
        let opened = try SQLiteTableWriter(path: partial, until: cancellation)
        writer = opened
        return opened
    }

    package func reader() throws(StoreError) -> any TableReader {
        if let copied { return copied.reader }
        let database = try DatabaseFile.openCopy(path: partial)
        let cancellation = cancellation
        database.interruptStatements { cancellation.isCancelled }
        let reader = try SQLiteTableReader(database, partial)
        copied = (database, reader)
        return reader
    }

    package func check(
        until cancellation: Cancellation, progress: (MaintenanceStage) -> Void
    ) throws(StoreError) -> CheckReport {
        closeReader()
        let database = try DatabaseFile.openCopy(path: partial)
        defer { database.close() }
        return try IntegrityCheck.run(on: database, partial, until: cancellation, progress)
    }

    package func complete() throws(StoreError) {
        closeReader()
        try StoreError.describing("The copy can't be named \(path)") { () throws(SystemError) in
            try DurableFile.sync(path: partial)
            try PrivateFile.rename(partial, toNew: path)
        }
    }

    package func discard() {
        closeReader()
        writer = nil
        for suffix in Backup.partialFiles.reversed() { try? PrivateFile.remove(path: partial + suffix) }
    }

    private func closeReader() {
        guard let (database, reader) = copied else { return }
        reader.close()
        database.close()
        copied = nil
    }

    private func unwritable(_ error: SQLiteError) -> StoreError {
        StoreError("The copy \(path) could not be written: \(error).")
    }
}
