import Changes
import Loyalty
import Posix
import SQLite

/// What the writer's thread does all day. Confined to that thread.
final class WriterLoop {
    private let database: Database
    private let queue: BlockingQueue<WriteJob>
    private let limits: Writer.Limits
    private let revisions: UserRevisions
    private let statistics: WriterStatistics
    private let touched = TouchedData()
    private let changes = CommittedChanges()
    private let unfinished: UnfinishedCounts
    private let changeLog: ChangeLog
    private let log: Log
    private let onFatalError: @Sendable () -> Void
    private let checkpointer: Checkpointer
    private let places: FilePlaces
    /// What the last batch ran into: told when it changes, and not once for each request.
    private var trouble: Trouble?
    /// After an error that leaves nothing to trust; nothing is written any more.
    private var isBroken = false
    /// After one of the files was removed or replaced; nothing is written any more.
    private var isDisplaced = false

    private static let brokenRetrySeconds = 5
    /// How often the files' places are looked at if nobody writes, so that `/readyz` tells within a second.
    private static let lookMilliseconds = 400
    /// Nobody has written for so long that a checkpoint will most likely be in nobody's way.
    private static let idleMilliseconds = 50

    init(
        database: Database, holder: Database, places: FilePlaces, queue: BlockingQueue<WriteJob>, limits: Writer.Limits,
        revisions: UserRevisions, changeLog: ChangeLog, statistics: WriterStatistics, log: Log,
        onFatalError: @escaping @Sendable () -> Void
    ) {
        precondition(limits.batchOperationsMax > 0, "a transaction has room for an operation")
        self.database = database
        self.places = places
        self.queue = queue
        self.limits = limits
        self.revisions = revisions
        self.changeLog = changeLog
        self.statistics = statistics
        unfinished = UnfinishedCounts(perUserMax: limits.unfinishedOrdersPerUserMax)
        checkpointer = Checkpointer(
            database, holder: holder, pagesBetween: limits.checkpointPages, statistics: statistics)
        self.log = log
        self.onFatalError = onFatalError
    }

    /// Works until the queue is closed and empty, then closes the connection.
    func run() {
        watchUsers()
        while true {
            let isWorthIdleTime = checkpointer.isWorthIdleTime && !isBroken && !isDisplaced
            let batch = queue.takeSeveral(
                limit: limits.batchOperationsMax,
                withinMilliseconds: isWorthIdleTime ? Self.idleMilliseconds : Self.lookMilliseconds)
            guard let batch else { break }
            if batch.isEmpty {
                guard isInPlace(), isWorthIdleTime else { continue }
                writeBack { (checkpointer) throws(SQLiteError) in try checkpointer.useIdleTime() }
            } else {
                process(batch)
            }
        }
        finish()
    }

    private func watchUsers() {
        do throws(SQLiteError) {
            try database.addFunction(TouchedData.function) { [touched] user in touched.add(user) }
            try database.execute(TouchedData.triggers)
            try database.addFunction(CommittedChanges.function) { [changes] user in
                changes.appendEndedSession(of: user)
            }
            try database.execute(CommittedChanges.trigger)
        } catch {
            end(after: error, [])
        }
    }

    private func process(_ batch: [WriteJob]) {
        guard isInPlace() else {
            return refuse(batch, .unavailable(retryAfterSeconds: Self.brokenRetrySeconds))
        }
        // Room that has come since is the file's first: the log would take all of it, and then not fit into the file. Once
        // written back, the log starts anew where it has its room already.
        if trouble == .diskFull {
            writeBack { (checkpointer) throws(SQLiteError) in try checkpointer.complete(.restart) }
        }
        guard !isBroken else {
            return refuse(batch, .unavailable(retryAfterSeconds: Self.brokenRetrySeconds))
        }
        do throws(SQLiteError) {
            let changesBefore = database.totalChanges
            let beganAt = SystemClock.monotonicNanoseconds()
            let acknowledgements = try commit(batch)
            statistics.noteCommit(
                operations: batch.count, nanoseconds: SystemClock.monotonicNanoseconds() - beganAt)
            // What is in a file that nobody finds again is not acknowledged.
            guard isInPlace() else { return refuse(batch, .failed) }
            // A batch that had nothing to write proves nothing about the disk.
            if database.totalChanges != changesBefore { noteSuccess() }
            // Whoever was answered finds it published.
            changes.publish(to: changeLog)
            for acknowledge in acknowledgements { acknowledge() }
        } catch {
            return recover(from: error, of: batch)
        }
        // After the answers: nobody waits for it but the next batch.
        writeBack { (checkpointer) throws(SQLiteError) in try checkpointer.stepAfterCommit() }
    }

    /// Runs a batch in one transaction; once this returns, it survives a power cut.
    private func commit(_ batch: [WriteJob]) throws(SQLiteError) -> [WriteJob.Acknowledgement] {
        touched.removeAll()
        changes.removeAll()
        try database.run("BEGIN IMMEDIATE")
        var acknowledgements: [WriteJob.Acknowledgement] = []
        acknowledgements.reserveCapacity(batch.count)
        for job in batch {
            acknowledgements.append(
                try job.attempt(WriteTransaction(database, changes: changes, unfinished: unfinished)))
            precondition(database.isInTransaction, "an operation leaves its transaction open, and its errors to us")
        }
        try revisions.withChange(of: touched) { () throws(SQLiteError) in _ = try database.run("COMMIT") }
        return acknowledgements
    }

    private func recover(from error: SQLiteError, of batch: [WriteJob]) {
        unfinished.forgetAll()
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

    private func writeBack(_ step: (Checkpointer) throws(SQLiteError) -> Void) {
        guard !isBroken, !isDisplaced else { return }
        do throws(SQLiteError) {
            try step(checkpointer)
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

    private func finish() {
        // The log of a file that was removed or replaced is all that is left of it, or belongs to another one by now.
        if !isBroken, isInPlace() {
            do throws(SQLiteError) {
                try checkpointer.complete(.truncate)
            } catch {
                // Other than after an I/O error, the log stays beside the file, and the next start goes on with it.
                if error.isIOFailure {
                    end(after: error, [])
                } else {
                    log.warning("The log could not be written back into the database at the end: \(error)")
                }
            }
        }
        // The writer's connection is the last to be closed: only that one may remove the log.
        checkpointer.close()
        if isBroken || isDisplaced { database.abandon() } else { database.close() }
    }
}

extension WriterLoop {
    /// Whether all files are where the server found them; tells it once when they are not.
    private func isInPlace() -> Bool {
        guard !isDisplaced else { return false }
        guard !isBroken, let displacement = places.displacement else { return true }
        isDisplaced = true
        statistics.noteRefusal(.displaced, at: SystemClock.monotonicMilliseconds())
        let consequence = save(displacement)
        log.error(
            "\(displacement.words) while the server has it open. Nothing further is written or acknowledged. \(consequence)"
        )
        return false
    }

    /// Saves what would end with this process; returns what the owner has to know and do.
    private func save(_ displacement: FilePlaces.Displacement) -> String {
        let rescue = "martlet backup FILE still copies all that was acknowledged; then stop the server."
        switch displacement {
        case .database, .index: return rescue
        case .log:
            do throws(SQLiteError) {
                try checkpointer.complete(.passive)
                return "All that was acknowledged was written back into the database: start the server again."
            } catch {
                return "The log could not be written back into the database (\(error)). \(rescue)"
            }
        }
    }

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
