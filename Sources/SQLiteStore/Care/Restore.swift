import Posix
import SQLite
import Storage

/// Puts a backup in the place of a database.
enum Restore {
    /// Makes a checked copy of the backup, which becomes the database at `path`. No server may run on that database.
    /// The former one is kept beside it, under its name with `suffix`, and with a number if that name is taken. Root
    /// restores in the name of the account that this thread acts for (``DatabaseAccount``), which owns the new
    /// database.
    ///
    /// After a power cut at any moment, one of the two databases is complete under the name. The log of a damaged
    /// database, if it could not be written back, may have been moved to the new name already.
    ///
    /// - Returns: the report of the restored database's check, and the path of the former database, or `nil` if there
    ///   was none.
    static func run(
        _ backup: String, to path: String, keepingOldAs suffix: String, caller: UInt32? = nil,
        until cancellation: Cancellation = Cancellation(),
        progress: (MaintenanceStage) -> Void
    ) throws(StoreError) -> (report: CheckReport, kept: String?) {
        // The backup must be usable before anything is made in the place of the database.
        let source = try open(backup, caller: caller)
        defer { source.close() }
        let hadDatabase = PrivateFile.exists(path: path)
        // A restore by an earlier version may have left a database of root's own in another account's folder.
        if hadDatabase { _ = FileAccount.current?.takeOver(path) { bytes in Schema.isHeader(bytes) } }
        let file = try DatabaseFile(path: path, isReplaced: true)
        let restored = file.path + ".restored"
        try StoreError.describing("The file \(restored) can't be removed") { () throws(SystemError) in
            try PrivateFile.remove(path: restored)
        }
        do throws(StoreError) {
            let report = try Backup.write(source, to: restored, until: cancellation, progress: progress)
            // Two restores within a second would use the same name.
            let kept = PrivateFile.freePath(file.path + suffix, suffixes: ["", "-wal"])
            try keep(file.path, as: kept, hadDatabase: hadDatabase, ownsLog: file.mayOwnLog())
            try StoreError.describing("The database \(path) can't be replaced by \(restored)") {
                () throws(SystemError) in
                try PrivateFile.rename(restored, to: file.path)
            }
            return (report, hadDatabase ? kept : nil)
        } catch {
            try? PrivateFile.remove(path: restored)
            if !hadDatabase { try? PrivateFile.remove(path: file.path) }
            throw error
        }
    }

    /// Opens a backup. Root refuses a path at which the account that it acts for could have put another account's file.
    private static func open(_ backup: String, caller: UInt32?) throws(StoreError) -> sending Database {
        // Opening a pipe would wait for its writer.
        guard FileAccount.assumedRoot({ File.kind(path: backup) }) != .other else {
            throw StoreError("\(backup) is a device or a pipe, and not a file.")
        }
        guard let account = FileAccount.current else { return try DatabaseFile.openCopy(path: backup) }
        guard FileAccount.assumedRoot({ PrivateFile.presence(path: backup) }) != .missing else {
            throw StoreError("There is no file \(backup).")
        }
        let trusted = try FileAccount.assumedRoot { () throws(StoreError) in
            try DatabaseAccount.trustedPath(backup, caller: caller)
        }
        let reader = account.reading(in: File.folder(of: trusted.path))
        let source = try reader.assumed { () throws(StoreError) in try DatabaseFile.openCopy(path: trusted.path) }
        guard trusted.isOpenHere(for: account) else {
            source.close()
            throw StoreError(
                "The file \(backup) was replaced meanwhile, or has a second name, which root does not follow: "
                    + "copy it to a folder of root's and restore that.")
        }
        return source
    }

    /// Gives the old database a second name. Its log is written back into it first; a log that can't be moves to the
    /// new name.
    private static func keep(_ path: String, as kept: String, hadDatabase: Bool, ownsLog: Bool) throws(StoreError) {
        if hadDatabase, ownsLog { emptyLog(of: path) }
        try StoreError.describing("The database \(path) can't be kept as \(kept)") { () throws(SystemError) in
            if hadDatabase { try PrivateFile.linkOrCopy(path, as: kept) }
            // A remaining log (of a damaged database, or of one that was removed) must not stay: SQLite would take it
            // for the new file's.
            if PrivateFile.exists(path: path + "-wal") { try PrivateFile.rename(path + "-wal", to: kept + "-wal") }
            try PrivateFile.remove(path: path + "-shm")
        }
    }

    /// Writes the log back into its database, which removes the log.
    private static func emptyLog(of path: String) {
        guard let database = try? Database(path: path, mode: .readWriteCreate) else { return }
        defer { database.close() }
        // The first read finds the log. A file that is not a database has no log that could be used.
        guard (try? database.execute("SELECT count(*) FROM sqlite_schema")) != nil else { return }
        _ = try? database.checkpoint(.truncate)
    }
}
