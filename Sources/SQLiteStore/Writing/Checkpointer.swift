import Posix
import SQLite

/// Writes the log back into the database's file, a step after each commit. Confined to the writer's thread.
///
/// A checkpoint copies pages and then syncs the file, and every write waits for both. But SQLite copies no further than
/// the oldest reader sees, and does not sync if that is short of the log's end, because the log can't start anew then.
/// Hence these steps:
/// 1. A reader of the writer's own, the holder, begins a transaction at the log's end. The next commit moves the end
///    on.
/// 2. A checkpoint copies nearly everything without a sync, and the holder's transaction ends.
/// 3. A thread syncs the file while commits go on. It begins one commit later, so that the operations that waited for
///    the copy are answered before commits have to wait for a disk that writes so much.
/// 4. A checkpoint reaches the log's end, with little left to copy and to sync.
final class Checkpointer {
    private let database: Database
    /// Its transactions keep checkpoints short of the log's end; it reads nothing else.
    private let holder: Database
    private let sync: BackgroundSync
    private let statistics: WriterStatistics
    private var schedule: CheckpointSchedule
    /// The checkpoints that were begun, each of which may have written to the database's file.
    private(set) var checkpointCount = 0

    /// The time that a checkpoint waits for readers, whose transactions last for one batch of an event loop. Writes
    /// wait too.
    private static let readersWaitMilliseconds = 200

    /// - Parameter holder: a second connection to the same file.
    init(_ database: Database, holder: Database, pagesBetween: Int, statistics: WriterStatistics) {
        self.database = database
        self.holder = holder
        self.statistics = statistics
        sync = BackgroundSync(of: holder.syncableFile)
        schedule = CheckpointSchedule(pagesBetween: pagesBetween)
    }

    /// Runs the step that is due after a commit. Throws the errors of a checkpoint, or of a sync in the background.
    func stepAfterCommit() throws(SQLiteError) {
        guard let step = schedule.next(walPages: database.walPages, isSyncing: sync.isUnderWay) else { return }
        try run(step)
    }

    /// True if the log is long enough for a checkpoint in a pause.
    var isWorthIdleTime: Bool { schedule.isWorthIdleTime }

    /// Writes the log back in a pause. Throws as ``stepAfterCommit()`` does.
    func useIdleTime() throws(SQLiteError) {
        // The next operation would have to wait for the sync.
        guard !sync.isUnderWay else { return }
        schedule.takeIdleTime()
        try complete(.passive)
    }

    /// Writes all of the log back, as far as readers let it. Throws as ``stepAfterCommit()`` does.
    func complete(_ mode: CheckpointMode) throws(SQLiteError) {
        let beganAt = SystemClock.monotonicNanoseconds()
        // If a sync fails, a later one may succeed without having written the pages of the failed one.
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
            // A transaction takes its snapshot with its first read.
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
        checkpointCount += 1
        try database.checkpoint(mode)
        statistics.noteCheckpoint(nanoseconds: SystemClock.monotonicNanoseconds() - beganAt)
    }
}
