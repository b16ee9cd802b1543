import CSQLite

/// How hard a checkpoint tries (sqlite.org/c3ref/wal_checkpoint_v2.html).
package enum CheckpointMode: Sendable {
    /// Writes back the pages that no reader needs, and waits for no other connection.
    case passive
    /// Waits for readers too, so that the next write starts the log anew.
    case restart
    /// Like `restart`, and truncates the log's file to zero bytes.
    case truncate
}

extension Database {
    /// Writes the log's pages back into the file, and returns true if all of them were written.
    ///
    /// - Throws: an error that ``SQLiteError/isBusy`` if readers did not end in time.
    @discardableResult
    package func checkpoint(_ mode: CheckpointMode) throws(SQLiteError) -> Bool {
        let rawMode =
            switch mode {
            case .passive: SQLITE_CHECKPOINT_PASSIVE
            case .restart: SQLITE_CHECKPOINT_RESTART
            case .truncate: SQLITE_CHECKPOINT_TRUNCATE
            }
        var logged: CInt = 0
        var written: CInt = 0
        guard sqlite3_wal_checkpoint_v2(open, nil, rawMode, &logged, &written) == SQLITE_OK else {
            throw SQLiteError(on: open)
        }
        return logged == written
    }
}
