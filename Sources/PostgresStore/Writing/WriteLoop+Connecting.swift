import Loyalty
import Posix
import Postgres

extension WriteLoop {
    private static let pauseMillisecondsMin = 100
    private static let pauseMillisecondsMax = 2_000
    /// The longest wait until the deadlines of jobs are looked at again.
    private static let lookMilliseconds = 100
    /// The time after a lost connection in which jobs wait for the next one. Later ones are refused at once.
    private static let patienceMilliseconds: Int64 = 5_000
    private static let unreachableRetrySeconds = 2
    private static let overloadedRetrySeconds = 1
    /// The number of times that jobs run again after the server has answered their commit with an error. Its cause may
    /// be the notifications of others, and pass.
    private static let commitRepetitionsMax = 1

    /// Connects, again and again. Jobs wait meanwhile until their deadlines, since a failover may take less.
    ///
    /// - Returns: False if the queue has ended first and everything is answered.
    func connect() -> Bool {
        var pause = Self.pauseMillisecondsMin
        var isFirst = !hasListened
        while true {
            do throws(PostgresError) {
                adopt(try waitForConnection(missingNothing: isFirst))
                if isFirst { onFirstAttempt() }
                return true
            } catch {
                note(error)
                if isFirst { onFirstAttempt() }
                isFirst = false
            }
            let end = Deadline.after(milliseconds: pause)
            while !end.hasPassed {
                look()
                if queue.isClosed, queue.count == 0, backlog.isEmpty, doubtful.isEmpty { return false }
                queue.wait(milliseconds: min(end.millisecondsLeft, Self.lookMilliseconds))
            }
            pause = min(pause * 2, Self.pauseMillisecondsMax)
        }
    }

    /// - Parameter missingNothing: true if the log of changes continues with the connection.
    private func waitForConnection(missingNothing: Bool) throws(PostgresError) -> WriteConnection {
        let lastChange = missingNothing ? nil : changeLog.latest
        let attempt = ConnectionAttempt(connector, after: marker, lastChange, at: clock()) { [queue] in queue.wake() }
        while !attempt.isFinished {
            look()
            queue.wait(milliseconds: Self.lookMilliseconds)
        }
        return try attempt.finish()
    }

    private func note(_ error: PostgresError) {
        if error != failure { log.warning("The database can't be reached to write: \(error).") }
        failure = error
    }

    /// Takes over a new connection, and decides about the jobs in doubt.
    private func adopt(_ opened: consuming WriteConnection) {
        marker = opened.marker
        let fate = opened.fate
        // A database that has lost orders gives their ids a second time.
        if opened.point?.history != point?.history { orders.begin(at: opened.highestOrder) }
        point = opened.point
        if let feedStart = opened.feedStart {
            // Changes may have been missed. The log starts over before the jobs in doubt are answered, so that their
            // callers miss nothing either.
            changeLog.restart(after: feedStart)
            if hasListened { orders.noteMissing(since: heardAt) }
            log.info("The writer is connected to the database again.")
        }
        (hasListened, failure, lostAt) = (true, nil, nil)
        heardAt = SystemClock.monotonicMilliseconds()
        session = PostgresSession(opened.connection, until: .after(milliseconds: 0))
        status.noteConnection(true)
        let jobs = doubtful
        doubtful = []
        switch fate {
        case .committed:
            noteSentAttempts()
            failedCommitCount = 0
            for job in jobs { job.acknowledge() }
        case .nothingHappened: runAgain(jobs.map(\.job))
        case .inDoubt:
            attempts.noteDoubt()
            if !jobs.isEmpty {
                log.error(
                    "Another process has taken over the row of this instance. The fate of \(jobs.count) writes is unknown."
                )
            }
            refuse(jobs.map(\.job), .inDoubt)
        }
    }

    /// Runs jobs again whose transaction has left nothing. If their commit fails again, its error is treated like one
    /// of a statement. Otherwise the jobs would use up one connection after another until their deadlines.
    private func runAgain(_ jobs: [WriteJob]) {
        guard !jobs.isEmpty, let commitError, let state = commitError.state,
            failedCommitCount > Self.commitRepetitionsMax
        else {
            backlog = jobs + backlog
            return
        }
        let error = PostgresError(.server(state, isFatal: false), commitError.message)
        switch FailedWrite(after: error, repetitions: FailedWrite.repetitionsMax) {
        case .refuse(let reason): refuse(jobs, reason, after: error)
        // A commit does not check the marker, so a division by zero in a commit comes from a trigger.
        case .isolate, .claimRow: isolate(jobs, after: error)
        case .runAgain, .runOnNextConnection: backlog = jobs + backlog
        }
    }

    /// Moves jobs from the queue into the backlog, and answers those whose time is over.
    private func look() {
        for job in queue.take(limit: limits.writeQueueMax) ?? [] {
            if case .call(let answer) = job.work {
                answer()
            } else if backlog.count < limits.writeQueueMax {
                backlog.append(job)
            } else {
                job.refuse(.overloaded(retryAfterSeconds: Self.overloadedRetrySeconds))
            }
        }
        let lateDoubts = doubtful.split { $0.job.deadline.hasPassed }
        doubtful = lateDoubts.others
        // The refusal must not claim that nothing happened.
        refuse(lateDoubts.chosen.map(\.job), .inDoubt)
        let isLost = lostAt.map { SystemClock.monotonicMilliseconds() - $0 > Self.patienceMilliseconds } ?? true
        let lateJobs = backlog.split { isLost || $0.deadline.hasPassed }
        backlog = lateJobs.others
        refuse(lateJobs.chosen, .unavailable(retryAfterSeconds: Self.unreachableRetrySeconds))
    }
}

extension Array {
    /// The elements for which `isChosen` returns true, and the others.
    fileprivate func split(_ isChosen: (Element) -> Bool) -> (chosen: [Element], others: [Element]) {
        var result: (chosen: [Element], others: [Element]) = ([], [])
        for element in self {
            if isChosen(element) { result.chosen.append(element) } else { result.others.append(element) }
        }
        return result
    }
}
