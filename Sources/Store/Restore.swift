import Posix
import SQLite

/// Puts a backup in the place of a database.
package enum Restore {
    /// Takes a checked copy of the backup for the database at `path`, on which no server may run. The database that was there
    /// is kept beside it, under a name that ends in `suffix`, and the new one has the same owner, also where root restores.
    ///
    /// At any moment in between, a power cut leaves one of both databases whole under the name; a database whose log could
    /// not be put back into it, since it is damaged, may be left without that log, which is then beside it.
    ///
    /// - Returns: what the check of the restored database found, and where the old one is; nil where there was none.
    package static func run(
        _ backup: String, to path: String, keepingOldAs suffix: String, progress: (Backup.Stage) -> Void
    ) throws(StoreError) -> (check: IntegrityCheck, kept: String?) {
        // Proved before anything is made where the database is to be.
        let source = try DatabaseFile.openCopy(path: backup)
        defer { source.close() }
        let hadDatabase = PrivateFile.exists(path: path)
        let file = try DatabaseFile(path: path, isReplaced: true)
        let restored = file.path + ".restored"
        try Backup.system("The file \(restored) can't be removed") { () throws(SystemError) in
            try PrivateFile.remove(path: restored)
        }
        let check: IntegrityCheck
        do throws(StoreError) {
            check = try Backup.write(source, to: restored, progress: progress)
        } catch {
            if !hadDatabase { try? PrivateFile.remove(path: file.path) }
            throw error
        }
        try Backup.system("\(restored) can't be given to the owner of \(path)") { () throws(SystemError) in
            try PrivateFile.giveToOwner(of: file.path, path: restored)
        }
        let kept = file.path + suffix
        try keep(file.path, as: kept, hadDatabase: hadDatabase, ownsLog: file.mayOwnLog())
        try Backup.system("The database \(path) can't be replaced by \(restored)") { () throws(SystemError) in
            try PrivateFile.rename(restored, to: file.path)
        }
        return (check, hadDatabase ? kept : nil)
    }

    /// Gives the old database a second name, with all that its log holds.
    private static func keep(_ path: String, as kept: String, hadDatabase: Bool, ownsLog: Bool) throws(StoreError) {
        if hadDatabase, ownsLog { emptyLog(of: path) }
        try Backup.system("The database \(path) can't be kept as \(kept)") { () throws(SystemError) in
            if hadDatabase { try PrivateFile.link(path, as: kept) }
            // A log that is still there (of a damaged database, or of one that somebody removed) must not stay: SQLite would
            // take it for the new file's.
            if PrivateFile.exists(path: path + "-wal") { try PrivateFile.rename(path + "-wal", to: kept + "-wal") }
            try PrivateFile.remove(path: path + "-shm")
        }
    }

    /// Puts the log back into its file, which removes it.
    private static func emptyLog(of path: String) {
        guard let database = try? Database(path: path, mode: .readWriteCreate) else { return }
        defer { database.close() }
        // The first read finds the log; what is no database at all has none that anybody could use.
        guard (try? database.execute("SELECT count(*) FROM sqlite_schema")) != nil else { return }
        _ = try? database.checkpoint(.truncate)
    }
}
