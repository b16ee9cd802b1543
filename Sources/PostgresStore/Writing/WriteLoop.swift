import Changes
import Loyalty
import Posix
import Postgres
import Storage

/// The work of a ``WriteLane``'s thread, to which it is confined.
final class WriteLoop {
    let connector: StoreConnector
    let limits: StorageLimits
    let queue: WriteQueue
    let status: LaneStatus
    let statistics: CommitStatistics
    let changeLog: ChangeLog
    let orders: OrdersOfOthers
    let attempts: AttemptsOfInstances
    let clock: WallClock
    let log: Log
    /// Called after the first attempt to connect.
    let onFirstAttempt: () -> Void
    var publisher: EventPublisher
    /// The marker of the last transaction that was begun.
    var marker: CommitMarker
    /// `nil` while there is no connection.
    var session: PostgresSession?
    /// The jobs that run next, before those of the queue.
    var backlog: [WriteJob] = []
    /// The jobs of a transaction that may have been committed. The next connection decides.
    var doubtful: [DoubtfulJob] = []
    /// The error with which the server answered the commit of the jobs in doubt; `nil` if it has not answered.
    var commitError: PostgresError?
    /// The number of commits since the last success that the server has answered with an error.
    var failedCommitCount = 0
    /// The time from which attempts are sent in a transaction of their own.
    var mayAnnounceAt = Int64.min
    /// The server's last refusal of attempts, which is logged when it changes; `nil` once they are sent.
    var attemptRefusal: PostgresError?
    /// The last failure to connect, which is logged when it changes, and not at each attempt.
    var failure: PostgresError?
    /// The time at which the last message of the server arrived, in milliseconds of the monotonic clock.
    var heardAt = SystemClock.monotonicMilliseconds()
    /// True from the first connection on.
    var hasListened = false
    /// The history of the database to which this instance has listened last; `nil` before.
    var point: LatestTimeline.Point?
    /// The time at which the last connection was lost; the start, if there has been none; `nil` if there is one.
    var lostAt: Int64? = SystemClock.monotonicMilliseconds()

    /// The time between two looks at the queue's end if nothing happens.
    private static let idleMilliseconds = 1_000
    /// The least time with which a transaction is begun. If its answer had to be given up, the connection would be lost
    /// and its commit in doubt.
    private static let attemptMillisecondsMin = 500
    private static let lateRetrySeconds = 1

    init(
        connector: StoreConnector, marker: CommitMarker, limits: StorageLimits, queue: WriteQueue, status: LaneStatus,
        statistics: CommitStatistics, changeLog: ChangeLog, orders: OrdersOfOthers, attempts: AttemptsOfInstances,
        clock: @escaping WallClock, log: Log, onFirstAttempt: @escaping () -> Void
    ) {
        precondition(limits.batchMax > 0, "batchMax must be positive")
        (self.connector, self.marker, self.limits) = (connector, marker, limits)
        (self.queue, self.status, self.statistics) = (queue, status, statistics)
        (self.changeLog, self.orders, self.attempts) = (changeLog, orders, attempts)
        (self.clock, self.log) = (clock, log)
        self.onFirstAttempt = onFirstAttempt
        publisher = EventPublisher(changeLog: changeLog, orders: orders, attempts: attempts, log: log)
    }

    /// Works until the queue is closed and everything is answered, then closes the connection.
    func run() {
        while true {
            loseFormerPrimary()
            if session == nil {
                guard connect() else { break }
            } else if let jobs = nextJobs() {
                perform(jobs)
            } else {
                break
            }
        }
        session = nil
        precondition(backlog.isEmpty && doubtful.isEmpty, "every job must be answered")
    }

    /// Waits for jobs, and publishes the notifications that arrive meanwhile. Returns `nil` if the queue has ended.
    private func nextJobs() -> [WriteJob]? {
        guard backlog.isEmpty else {
            let jobs = Array(backlog.prefix(limits.batchMax))
            backlog.removeFirst(jobs.count)
            return jobs
        }
        guard let jobs = queue.take(limit: limits.batchMax) else { return nil }
        if jobs.isEmpty {
            announceAttempts()
            waitForEvents()
        }
        return jobs
    }

    private func waitForEvents() {
        guard let session else { return }
        do throws(PostgresError) {
            try queue.wait { descriptor throws(PostgresError) in
                _ = try session.connection.waitForNotifications(
                    orReadable: descriptor, until: .after(milliseconds: Self.idleMilliseconds))
            }
            let notifications = session.connection.takeNotifications()
            if !notifications.isEmpty { heardAt = SystemClock.monotonicMilliseconds() }
            _ = publisher.publish(
                notifications, own: OwnTransaction(instance: marker.instance, number: marker.transaction))
        } catch {
            lose(error)
        }
    }

    /// Runs jobs: the operations together, and then the conversations one by one.
    private func perform(_ jobs: [WriteJob]) {
        let operations = jobs.filter { if case .operation = $0.work { true } else { false } }
        if !operations.isEmpty { commit(operations) }
        for job in jobs {
            switch job.work {
            case .operation: continue
            case .conversation: commit([job])
            case .call(let answer): answer()
            }
        }
    }

    /// Commits jobs in one transaction. Each is answered, or kept for the next connection.
    private func commit(_ jobs: [WriteJob]) {
        var jobs = jobs
        var repetitions = 0
        while true {
            jobs = jobs.filter(isInTime)
            loseFormerPrimary()
            guard let session, !jobs.isEmpty else {
                backlog += jobs
                return
            }
            guard let error = attempt(jobs, in: session) else { return }
            switch FailedWrite(after: error, repetitions: repetitions) {
            case .runAgain:
                if error.state == .lockNotAvailable { endHungSessions(session) }
                repetitions += 1
            case .runOnNextConnection, .claimRow: lose(error)
            case .refuse(let reason): return refuse(jobs, reason, after: error)
            case .isolate: return isolate(jobs, after: error)
            }
        }
    }

    /// Refuses jobs after an error with which the server refuses all writes.
    func refuse(_ jobs: [WriteJob], _ reason: LoyaltyError, after error: PostgresError) {
        log.error("The database can't take writes: \(error).")
        status.noteFull(now: SystemClock.monotonicMilliseconds())
        refuse(jobs, reason)
    }

    /// Runs each of several jobs alone, one of which is at fault. Refuses a job that was alone.
    func isolate(_ jobs: [WriteJob], after error: PostgresError) {
        guard jobs.count > 1 else {
            log.error("A write to the database failed: \(error).")
            // Other transactions were in the way, and the write is not at fault.
            let isHindered = FailureKind(of: error) == .retry
            refuse(jobs, isHindered ? .unavailable(retryAfterSeconds: Self.lateRetrySeconds) : .failed)
            return
        }
        let count = failedCommitCount
        for job in jobs {
            // The success of another job says nothing about the one at fault.
            failedCommitCount = max(failedCommitCount, count)
            commit([job])
        }
    }

    private func endHungSessions(_ session: PostgresSession) {
        do throws(PostgresError) {
            let count = try HungSessions.end(on: &session.connection, until: session.deadline)
            if count > 0 { log.warning(HungSessions.warning(of: count)) }
        } catch {
            if error.isEndOfConnection { lose(error) }
        }
    }

    /// Returns true if there is time to run a job; otherwise refuses it.
    private func isInTime(_ job: WriteJob) -> Bool {
        guard job.deadline.millisecondsLeft < Self.attemptMillisecondsMin else { return true }
        job.refuse(.unavailable(retryAfterSeconds: Self.lateRetrySeconds))
        return false
    }

    func refuse(_ jobs: [WriteJob], _ reason: LoyaltyError) {
        for job in jobs { job.refuse(reason) }
    }

    /// Gives up a connection to a former primary: a failover loses what it would take, and it tells of no changes.
    private func loseFormerPrimary() {
        guard session != nil, let point else { return }
        do throws(PostgresError) {
            try connector.requireLatest(point)
        } catch {
            lose(error)
        }
    }

    /// Gives up the connection.
    func lose(_ error: PostgresError) {
        session = nil
        failure = error
        lostAt = SystemClock.monotonicMilliseconds()
        status.noteConnection(false)
        log.warning("The writer has lost its connection to the database: \(error).")
    }
}
