import Changes
import Loyalty
import Posix
import SQLite
import SharedStore

/// The work of the writer's thread, to which it is confined.
final class WriterLoop {
    private let database: Database
    private let queue: BlockingQueue<WriteJob>
    private let limits: Writer.Limits
    private let revisions: UserRevisions
    private let statistics: WriterStatistics
    private let touched = TouchedData()
    private let changes = CommittedChanges()
    private let orderIDs = OrderIDs()
    private let unfinished: UnfinishedCounts
    private let figures = PendingFigures()
    private let corrections = CorrectedReceipts()
    private let changeLog: ChangeLog
    private let log: Log
    private let events: Writer.Events
    private let checkpointer: Checkpointer
    private let fileGuard: FileGuard
    /// The trouble of the last batch, which is logged when it changes, and not once for each request.
    private var trouble: Trouble?
    /// True after an error that leaves nothing to trust; nothing is written any more.
    private var isBroken = false
    /// True after a fault of the files; nothing is written any more.
    private var hasFileFault = false

    private static let brokenRetrySeconds = 5
    /// The time between two looks at the files if no operation comes, so that `/readyz` is right within a second.
    private static let lookMilliseconds = 400
    /// After a pause of this length, a checkpoint will most likely delay no operation.
    private static let idleMilliseconds = 50

    init(
        database: Database, holder: Database, places: FilePlaces, queue: BlockingQueue<WriteJob>, limits: Writer.Limits,
        revisions: UserRevisions, changeLog: ChangeLog, statistics: WriterStatistics, log: Log, events: Writer.Events
    ) {
        precondition(limits.storage.batchMax > 0, "batchMax must be positive")
        self.database = database
        fileGuard = FileGuard(places, of: database, watchesFiles: limits.watchesFiles, log: log)
        self.queue = queue
        self.limits = limits
        self.revisions = revisions
        self.changeLog = changeLog
        self.statistics = statistics
        unfinished = UnfinishedCounts(perUserMax: limits.storage.unfinishedOrdersPerUserMax)
        checkpointer = Checkpointer(
            database, holder: holder, pagesBetween: limits.checkpointPages, statistics: statistics)
        self.log = log
        self.events = events
    }

    /// Works until the queue is closed and empty, then closes the connection.
    func run() {
        watchUsers()
        while true {
            let isWorthIdleTime = checkpointer.isWorthIdleTime && !isBroken && !hasFileFault
            let batch = queue.takeSeveral(
                limit: limits.storage.batchMax,
                withinMilliseconds: isWorthIdleTime ? Self.idleMilliseconds : Self.lookMilliseconds)
            guard let batch else { break }
            if batch.isEmpty {
                guard areFilesRight({ $0.look(after: .none) }), isWorthIdleTime else { continue }
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
            try database.addFunction(TouchedData.accountFunction) { [touched] user in touched.addAccount(of: user) }
            try database.addFunction(TouchedData.balanceFunction) { [touched] user in touched.addBalance(of: user) }
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
        guard areFilesRight({ $0.lookBeforeBatch() }) else {
            return refuse(batch, .unavailable(retryAfterSeconds: Self.brokenRetrySeconds))
        }
        // The database needs new room before the log does: the log would take all of it, and could not be written back.
        // After that, the log starts anew in the room that it has.
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
            statistics.commits.note(
                operations: batch.count, nanoseconds: SystemClock.monotonicNanoseconds() - beganAt)
            // A commit into a file that will not be found again must not be acknowledged.
            guard areFilesRight({ $0.look(after: .commit) }) else { return refuse(batch, .failed) }
            // A batch that had nothing to write proves nothing about the disk.
            if database.totalChanges != changesBefore { noteSuccess() }
            // Published first: a client that has its response and asks for changes must find its own.
            changes.publish(to: changeLog)
            for acknowledge in acknowledgements { acknowledge() }
        } catch {
            return recover(from: error, of: batch)
        }
        // After the acknowledgements, so that only the next batch waits for it.
        writeBack { (checkpointer) throws(SQLiteError) in try checkpointer.stepAfterCommit() }
    }

    /// Runs a batch in one transaction, which survives a power cut when this returns.
    private func commit(_ batch: [WriteJob]) throws(SQLiteError) -> [WriteJob.Acknowledgement] {
        touched.removeAll()
        changes.removeAll()
        figures.removeAll()
        try database.run("BEGIN IMMEDIATE")
        var acknowledgements: [WriteJob.Acknowledgement] = []
        acknowledgements.reserveCapacity(batch.count)
        let transaction = WriteTransaction(
            database, changes: changes, touched: touched, orderIDs: orderIDs, unfinished: unfinished, figures: figures,
            corrections: corrections)
        for job in batch {
            acknowledgements.append(try job.attempt(transaction))
            precondition(database.isInTransaction, "an operation must not end the transaction of its batch")
        }
        try figures.store(in: database)
        try revisions.withChange(of: touched) { () throws(SQLiteError) in _ = try database.run("COMMIT") }
        return acknowledgements
    }

    private func recover(from error: SQLiteError, of batch: [WriteJob]) {
        unfinished.forgetAll()
        orderIDs.forget()
        do throws(SQLiteError) {
            // Some errors have rolled back already.
            if database.isInTransaction { try database.run("ROLLBACK") }
        } catch {
            guard areFilesRight({ $0.look(after: .none) }) else { return refuse(batch, .failed) }
            return end(after: error, batch)
        }
        // A file that another program wrote into causes errors of many kinds.
        guard areFilesRight({ $0.look(after: .none) }) else { return refuse(batch, .failed) }
        if error.isIOFailure { return end(after: error, batch) }
        if let trouble = Trouble(error) {
            note(trouble, error)
            statistics.noteRefusal(
                trouble == .diskFull ? .diskFull : .locked, at: SystemClock.monotonicMilliseconds())
            // After a crash the batch may turn out to have happened.
            return refuse(
                batch, error.isIndexFailure ? .failed : .unavailable(retryAfterSeconds: trouble.retryAfterSeconds))
        }
        // One operation caused the error. Savepoints would show which, but each operation would pay for them, and an
        // error may end the whole transaction with its savepoints. To run each operation alone is slower and certain.
        if batch.count > 1 {
            for job in batch { process([job]) }
            return
        }
        log.error("A write to the database failed: \(error)")
        refuse(batch, .failed)
    }

    /// Ends the process. The batch fails without a claim that nothing happened, because that is unknown.
    private func end(after error: SQLiteError, _ batch: [WriteJob]) {
        isBroken = true
        statistics.noteRefusal(.broken, at: SystemClock.monotonicMilliseconds())
        log.error("The database can't be trusted any more: \(error). Nothing further is written or acknowledged.")
        events.onFatalError()
        refuse(batch, .failed)
    }

    private func refuse(_ batch: [WriteJob], _ reason: LoyaltyError) {
        for job in batch { job.refuse(reason) }
    }

    private func writeBack(_ step: (Checkpointer) throws(SQLiteError) -> Void) {
        guard !isBroken, !hasFileFault else { return }
        let countBefore = checkpointer.checkpointCount
        defer {
            if checkpointer.checkpointCount != countBefore { _ = areFilesRight { $0.look(after: .checkpoint) } }
        }
        do throws(SQLiteError) {
            try step(checkpointer)
        } catch {
            if error.isIOFailure { return end(after: error, []) }
            // Logged already with the batch that could not be committed.
            if trouble == .diskFull { return }
            if error.isBusy {
                return log.warning("Readers kept the database's log from starting anew: \(database.walPages) pages.")
            }
            log.error("The log could not be written back into the database: \(error)")
        }
    }

    private func finish() {
        // If the file was removed, its log is all that is left of it. If it was replaced, the log is not the new one's.
        if !isBroken, areFilesRight({ $0.look(after: .none) }) {
            do throws(SQLiteError) {
                try checkpointer.complete(.truncate)
            } catch {
                // Except after an I/O error, the log stays beside the file, and the next start writes it back.
                if error.isIOFailure {
                    end(after: error, [])
                } else {
                    log.warning("The log could not be written back into the database at the end: \(error)")
                }
            }
        }
        // The writer's connection must be closed last, as the last connection removes the log.
        checkpointer.close()
        if isBroken || hasFileFault { database.abandon() } else { database.close() }
    }
}

extension WriterLoop {
    /// Returns true if the files are as the server left them, and logs the first fault.
    private func areFilesRight(_ look: (FileGuard) -> FileFault?) -> Bool {
        guard !hasFileFault else { return false }
        guard !isBroken, let fault = look(fileGuard) else { return true }
        hasFileFault = true
        statistics.noteRefusal(
            fault.isDestructive ? .overwritten : .displaced, at: SystemClock.monotonicMilliseconds())
        if fault.isDestructive { events.onOverwrite() }
        let consequence = save(fault)
        log.error(
            "\(fault.words) while the server has it open. Nothing further is written or acknowledged. \(consequence)")
        return false
    }

    /// Saves data that would end with this process; returns the consequence for the owner, in words.
    private func save(_ fault: FileFault) -> String {
        let rescue = "martlet backup FILE still copies all that was acknowledged; then stop the server."
        switch fault {
        case .databaseDisplaced, .indexDisplaced, .indexChanged: return rescue
        case .databaseChanged, .logChanged:
            return
                "What was acknowledged may be destroyed there, and a copy of it would be no backup: stop the server and "
                + "restore the last backup (martlet restore FILE)."
        case .logDisplaced:
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
