import Loyalty
import Posix
import SQLite

/// What the writer's thread does all day. Confined to that thread.
final class WriterLoop {
    private let database: Database
    private let queue: BlockingQueue<WriteJob>
    private let limits: Writer.Limits
    private let versions: UserVersions
    private let statistics: WriterStatistics
    private let touched = TouchedUsers()
    private let changes = CommittedChanges()
    private let changeLog: ChangeLog
    private let log: Log
    private let onFatalError: @Sendable () -> Void
    private var checkpoints: CheckpointSchedule
    /// What the last batch ran into: told when it changes, and not once for each request.
    private var trouble: Trouble?
    /// After an error that leaves nothing to trust; nothing is written any more.
    private var isBroken = false

    private static let brokenRetrySeconds = 5
    /// Nobody has written for so long that a checkpoint will most likely be in nobody's way.
    private static let idleMilliseconds = 50
    /// How long a checkpoint waits for readers, whose transactions last for one batch of an event loop: writes wait too.
    private static let checkpointWaitMilliseconds = 200

    init(
        database: Database, queue: BlockingQueue<WriteJob>, limits: Writer.Limits, versions: UserVersions,
        changeLog: ChangeLog, statistics: WriterStatistics, log: Log, onFatalError: @escaping @Sendable () -> Void
    ) {
        precondition(limits.batchOperationsMax > 0, "a transaction has room for an operation")
        self.database = database
        self.queue = queue
        self.limits = limits
        self.versions = versions
        self.changeLog = changeLog
        self.statistics = statistics
        checkpoints = CheckpointSchedule(pagesBetween: limits.checkpointPages)
        self.log = log
        self.onFatalError = onFatalError
    }

    /// Works until the queue is closed and empty, then closes the connection.
    func run() {
        watchUsers()
        while true {
            let idleMilliseconds = checkpoints.isWorthIdleTime ? Self.idleMilliseconds : nil
            let batch = queue.takeSeveral(limit: limits.batchOperationsMax, withinMilliseconds: idleMilliseconds)
            guard let batch else { break }
            if batch.isEmpty { checkpoint(checkpoints.takeIdleTime()) } else { process(batch) }
        }
        finish()
    }

    private func watchUsers() {
        do throws(SQLiteError) {
            try database.addFunction(TouchedUsers.function) { [touched] user in touched.add(user) }
            try database.execute(TouchedUsers.triggers)
            try database.addFunction(CommittedChanges.function) { [changes] user in
                changes.appendEndedSession(of: user)
            }
            try database.execute(CommittedChanges.trigger)
        } catch {
            end(after: error, [])
        }
    }

    private func process(_ batch: [WriteJob]) {
        // Room that has come since is the file's first: the log would take all of it, and then not fit into the file. Once
        // written back, the log starts anew where it has its room already.
        if trouble == .diskFull { checkpoint(.restart) }
        guard !isBroken else {
            return refuse(batch, .unavailable(retryAfterSeconds: Self.brokenRetrySeconds))
        }
        do throws(SQLiteError) {
            let changesBefore = database.totalChanges
            let beganAt = SystemClock.monotonicNanoseconds()
            let acknowledgements = try commit(batch)
            statistics.noteCommit(
                operations: batch.count, nanoseconds: SystemClock.monotonicNanoseconds() - beganAt)
            // A batch that had nothing to write proves nothing about the disk.
            if database.totalChanges != changesBefore { noteSuccess() }
            // Whoever was answered finds it published.
            changes.publish(to: changeLog)
            for acknowledge in acknowledgements { acknowledge() }
        } catch {
            return recover(from: error, of: batch)
        }
        // After the answers: nobody waits for it but the next batch.
        checkpointIfDue()
    }

    /// Runs a batch in one transaction; once this returns, it survives a power cut.
    private func commit(_ batch: [WriteJob]) throws(SQLiteError) -> [WriteJob.Acknowledgement] {
        touched.removeAll()
        changes.removeAll()
        try database.run("BEGIN IMMEDIATE")
        var acknowledgements: [WriteJob.Acknowledgement] = []
        acknowledgements.reserveCapacity(batch.count)
        for job in batch {
            acknowledgements.append(try job.attempt(WriteTransaction(database, changes: changes)))
            precondition(database.isInTransaction, "an operation leaves its transaction open, and its errors to us")
        }
        try versions.withChange(of: touched.users) { () throws(SQLiteError) in _ = try database.run("COMMIT") }
        return acknowledgements
    }

    private func recover(from error: SQLiteError, of batch: [WriteJob]) {
        do throws(SQLiteError) {
            // Some errors have rolled back already.
            if database.isInTransaction { try database.run("ROLLBACK") }
        } catch {
            return end(after: error, batch)
        }
        if error.isIOFailure { return end(after: error, batch) }
        if let trouble = Trouble(error) {
            note(trouble, error)
            statistics.noteRefusal(
                trouble == .diskFull ? .diskFull : .locked, at: SystemClock.monotonicMilliseconds())
            // After a crash the batch may turn out to have happened.
            return refuse(
                batch, error.isIndexFailure ? .failed : .unavailable(retryAfterSeconds: trouble.retryAfterSeconds))
        }
        // One of them is guilty. Savepoints would have told which, at a cost for every operation that ever succeeds; and an
        // error may end the whole transaction, savepoints and all. Each alone is slower, and sure.
        if batch.count > 1 {
            for job in batch { process([job]) }
            return
        }
        log.error("A write to the database failed: \(error)")
        refuse(batch, .failed)
    }

    /// The end: nobody is told that nothing happened, as nobody knows.
    private func end(after error: SQLiteError, _ batch: [WriteJob]) {
        isBroken = true
        statistics.noteRefusal(.broken, at: SystemClock.monotonicMilliseconds())
        log.error("The database can't be trusted any more: \(error). Nothing further is written or acknowledged.")
        onFatalError()
        refuse(batch, .failed)
    }

    private func refuse(_ batch: [WriteJob], _ reason: LoyaltyError) {
        for job in batch { job.refuse(reason) }
    }

    private func checkpointIfDue() {
        if let mode = checkpoints.due(walPages: database.walPages) { checkpoint(mode) }
    }

    private func checkpoint(_ mode: CheckpointMode) {
        guard !isBroken else { return }
        do throws(SQLiteError) {
            try runCheckpoint(mode)
        } catch {
            if error.isIOFailure { return end(after: error, []) }
            // Told already, with what could not be committed.
            if trouble == .diskFull { return }
            if error.isBusy {
                return log.warning("Readers kept the database's log from starting anew: \(database.walPages) pages.")
            }
            log.error("The log could not be written back into the database: \(error)")
        }
    }

    private func runCheckpoint(_ mode: CheckpointMode) throws(SQLiteError) {
        database.setBusyTimeout(milliseconds: Self.checkpointWaitMilliseconds)
        defer { database.setBusyTimeout(milliseconds: ConnectionSettings.busyTimeoutMilliseconds) }
        let beganAt = SystemClock.monotonicNanoseconds()
        try database.checkpoint(mode)
        statistics.noteCheckpoint(nanoseconds: SystemClock.monotonicNanoseconds() - beganAt)
    }

    private func finish() {
        guard !isBroken else { return database.abandon() }
        do throws(SQLiteError) {
            try runCheckpoint(.truncate)
        } catch {
            if error.isIOFailure {
                end(after: error, [])
                return database.abandon()
            }
            // The log stays beside the file, and the next start goes on with it.
            log.warning("The log could not be written back into the database at the end: \(error)")
        }
        database.close()
    }
}

extension WriterLoop {
    private func note(_ trouble: Trouble, _ error: SQLiteError) {
        guard self.trouble != trouble else { return }
        self.trouble = trouble
        switch trouble {
        case .diskFull:
            log.error("There is no room on the database's disk; writes are refused until there is: \(error)")
        case .busy:
            log.error("Another program holds the database's lock; writes are refused until it lets go: \(error)")
        }
    }

    private func noteSuccess() {
        statistics.noteSuccess()
        guard trouble != nil else { return }
        trouble = nil
        log.info("The database takes writes again.")
    }
}
