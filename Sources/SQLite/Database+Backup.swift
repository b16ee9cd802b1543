import CSQLite

extension Database {
    /// Copies the whole database, as this connection sees it, over another database (sqlite.org/backup.html). Within a
    /// read transaction of this connection the copy is one state, whatever is written meanwhile.
    ///
    /// - Parameter progress: called after each step with the pages copied and the pages in all. If it returns false,
    ///   the copy ends with an error that ``SQLiteError/isInterrupted``.
    package func copy(
        into target: Database, pagesPerStep: Int, progress: (_ pagesDone: Int, _ pages: Int) -> Bool
    ) throws(SQLiteError) {
        precondition(pagesPerStep > 0, "pagesPerStep must be positive")
        guard let backup = sqlite3_backup_init(target.open, "main", open, "main") else {
            throw SQLiteError(on: target.open)
        }
        var code = SQLITE_OK
        var goesOn = true
        while code == SQLITE_OK, goesOn {
            code = sqlite3_backup_step(backup, CInt(clamping: pagesPerStep))
            let pages = Int(sqlite3_backup_pagecount(backup))
            goesOn = progress(pages - Int(sqlite3_backup_remaining(backup)), pages)
        }
        // Finishing repeats the error of a step that failed, on the target's connection.
        guard sqlite3_backup_finish(backup) == SQLITE_OK else { throw SQLiteError(on: target.open) }
        guard code == SQLITE_DONE else { throw SQLiteError(extendedCode: SQLITE_INTERRUPT, message: "interrupted") }
    }
}
