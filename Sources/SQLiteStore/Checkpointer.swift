import Posix
import SQLite

/// Writes the log back into the database's file, a step after each commit. Confined to the writer's thread.
///
/// A checkpoint copies pages and then syncs the file, and every write waits for both. SQLite copies no further than the
/// oldest reader sees, and where that is short of the log's end it leaves the sync to a later checkpoint, as the log can't
/// start anew before that. So a reader of our own stands for one commit where the log ended, nearly everything is copied
/// without a sync, and a thread syncs the file while commits go on; the checkpoint that then reaches the log's end has little
/// left to copy and to sync. The sync begins a commit later than the copy ends: commits wait for the disk while it writes so
/// much, and those that waited for the copy are answered first.
final class Checkpointer {
    private let database: Database
    /// Reads nothing: its transactions hold checkpoints short of the log's end.
    private let holder: Database
    private let sync: BackgroundSync
    private let statistics: WriterStatistics
    private var schedule: CheckpointSchedule

    /// How long a checkpoint waits for readers, whose transactions last for one batch of an event loop: writes wait too.
    private static let readersWaitMilliseconds = 200

    /// The holder is a second connection, to the same file.
    init(_ database: Database, holder: Database, pagesBetween: Int, statistics: WriterStatistics) {
        self.database = database
        self.holder = holder
        self.statistics = statistics
        sync = BackgroundSync(of: holder.syncableFile)
        schedule = CheckpointSchedule(pagesBetween: pagesBetween)
    }

    /// Does what is due after a commit. Throws what a checkpoint throws, or a sync in the background that failed.
    func stepAfterCommit() throws(SQLiteError) {
        guard let step = schedule.next(walPages: database.walPages, isSyncing: sync.isUnderWay) else { return }
        try run(step)
    }

    /// Whether there is enough to do for time in which nobody writes.
    var isWorthIdleTime: Bool { schedule.isWorthIdleTime }

    /// Throws as ``stepAfterCommit()`` does.
    func useIdleTime() throws(SQLiteError) {
        // Whoever writes next would wait for it.
        guard !sync.isUnderWay else { return }
        schedule.takeIdleTime()
        try complete(.passive)
    }

    /// Writes all of the log back, as far as readers let it. Throws as ``stepAfterCommit()`` does.
    func complete(_ mode: CheckpointMode) throws(SQLiteError) {
        let beganAt = SystemClock.monotonicNanoseconds()
        // After a sync that failed the next one may succeed without having written what this one was to write.
        try sync.finish()
        try release()
        try checkpoint(mode, since: beganAt)
    }

    /// Ends the thread and closes the holder's connection; the database's own stays open.
    func close() {
        sync.stop()
        holder.close()
    }

    private func run(_ step: CheckpointStep) throws(SQLiteError) {
        switch step {
        case .hold:
            try holder.run("BEGIN")
            // A transaction takes its place with its first read.
            _ = try holder.first("SELECT 1 FROM sqlite_schema LIMIT 1") { row in row.integer(0) }
        case .copy:
            try checkpoint(.passive, since: SystemClock.monotonicNanoseconds())
            try release()
        case .sync: sync.begin()
        case .complete(let mode): try complete(mode)
        }
    }

    private func release() throws(SQLiteError) {
        if holder.isInTransaction { try holder.run("COMMIT") }
    }

    private func checkpoint(_ mode: CheckpointMode, since beganAt: Int64) throws(SQLiteError) {
        database.setBusyTimeout(milliseconds: Self.readersWaitMilliseconds)
        defer { database.setBusyTimeout(milliseconds: ConnectionSettings.busyTimeoutMilliseconds) }
        try database.checkpoint(mode)
        statistics.noteCheckpoint(nanoseconds: SystemClock.monotonicNanoseconds() - beganAt)
    }
}
