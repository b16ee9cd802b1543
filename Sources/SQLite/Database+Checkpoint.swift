import CSQLite

/// How hard a checkpoint tries (sqlite.org/c3ref/wal_checkpoint_v2.html).
package enum CheckpointMode: Sendable {
    /// Writes back what no reader stands in the way of, and waits for nobody.
    case passive
    /// Waits for readers too, so that the next write starts the log anew.
    case restart
    /// As `restart`, and cuts the log's file to nothing.
    case truncate
}

extension Database {
    /// Writes the log's pages back into the file; true where all of them are. Throws an error that ``SQLiteError/isBusy`` where readers did not end in time.
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
