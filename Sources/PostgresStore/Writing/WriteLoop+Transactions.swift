import Loyalty
import Posix
import Postgres
import SharedStore

extension WriteLoop {
    /// The events of a transaction that has written, and the answers to its callers.
    private struct Written {
        let events: TransactionEvents
        let figures: PendingFigures
        let acknowledgements: [WriteJob.Acknowledgement]
    }

    private static let rollbackMilliseconds = 1_000

    /// Runs jobs in one transaction: one conversation, or any number of operations.
    ///
    /// - Returns: The error of a transaction that has certainly left nothing; `nil` if the jobs were answered, or if
    ///   the next connection decides about them.
    func attempt(_ jobs: [WriteJob], in session: PostgresSession) -> PostgresError? {
        session.deadline = jobs.dropFirst().reduce(jobs[0].deadline) { $0.orEarlier($1.deadline) }
        let beganAt = SystemClock.monotonicNanoseconds()
        var acknowledgements: [WriteJob.Acknowledgement] = []
        do throws(PostgresError) {
            try marker.begin(on: &session.connection, at: clock().milliseconds)
            let written: Written
            if case .conversation(let conversation) = jobs[0].work {
                written = try converse(conversation, in: session)
            } else {
                written = try decide(jobs, in: session)
            }
            acknowledgements = written.acknowledgements
            try BatchStatements.send(written.figures, of: marker.instance, on: &session.connection)
            var events = written.events
            events.attempts = attempts.attemptsToSend()
            let texts = ChangeNotification.texts(
                of: events, instance: marker.instance, transaction: marker.transaction)
            try BatchStatements.send(notifications: texts, on: &session.connection)
            try session.connection.finishTransaction(until: session.deadline)
            guard CommitFate.after(warnings: session.connection.takeWarnings()) == .committed else {
                doubt(zip(jobs, acknowledgements), after: nil)
                lose(PostgresError(.connectionLost, "the server has cut its wait for a standby short"))
                return nil
            }
            statistics.note(
                operations: jobs.count, nanoseconds: SystemClock.monotonicNanoseconds() - beganAt)
            acknowledge(acknowledgements, events, in: texts.count, session)
            return nil
        } catch {
            if CommitFate.after(error, isCommitSent: session.connection.isCommitPending) == .inDoubt {
                doubt(zip(jobs, acknowledgements), after: error.state == nil ? nil : error)
                lose(error)
                return nil
            }
            if !error.isEndOfConnection { rollBack(session) }
            return error
        }
    }

    /// Publishes the notifications that came with the commit, and then answers the callers.
    private func acknowledge(
        _ acknowledgements: [WriteJob.Acknowledgement], _ events: TransactionEvents, in notificationCount: Int,
        _ session: PostgresSession
    ) {
        heardAt = SystemClock.monotonicMilliseconds()
        status.noteSuccess()
        failedCommitCount = 0
        noteSentAttempts()
        let ownCount = publisher.publish(
            session.connection.takeNotifications(),
            own: OwnTransaction(instance: marker.instance, number: marker.transaction, events: events))
        for acknowledge in acknowledgements { acknowledge() }
        // The server sends them before the end of the transaction's answer (postgres.c). If it did not, a listener
        // would miss changes, and the log has to start over.
        if ownCount < notificationCount {
            lose(PostgresError(.protocolViolation, "the server has not sent the notifications of a commit"))
        }
    }

    /// - Parameter error: the server's answer to the commit; `nil` if there was none.
    private func doubt(_ jobs: Zip2Sequence<[WriteJob], [WriteJob.Acknowledgement]>, after error: PostgresError?) {
        doubtful = jobs.map { DoubtfulJob(job: $0, acknowledge: $1) }
        status.doubts.add()
        commitError = error
        if error != nil { failedCommitCount += 1 }
    }

    /// Ends a transaction that has failed. The server does not know of an error that this program has found, and would
    /// commit. So the last statement fails.
    private func rollBack(_ session: PostgresSession) {
        do throws(PostgresError) {
            try session.connection.send("SELECT 1 / 0")
            try session.connection.finishTransaction(until: .after(milliseconds: Self.rollbackMilliseconds))
        } catch {
            if error.isEndOfConnection { lose(error) }
        }
    }

    // MARK: Operations

    /// Reads the rows of the operations, decides and sends what is to be written.
    private func decide(_ jobs: [WriteJob], in session: PostgresSession) throws(PostgresError) -> Written {
        var operations: [BatchOperation] = []
        var answers: [@Sendable (BatchResult) -> Void] = []
        for job in jobs {
            guard case .operation(let operation, let answer) = job.work else {
                preconditionFailure("a batch must consist of operations")
            }
            operations.append(operation)
            answers.append(answer)
        }
        let query = BatchQuery(operations)
        try query.send(on: &session.connection)
        try session.connection.sendFlushRequest()
        try readMarker(in: session)
        let facts = try query.read(on: &session.connection, until: session.deadline)
        let decision = BatchDecision(
            operations, facts, unfinishedPerUserMax: limits.unfinishedOrdersPerUserMax)
        try BatchStatements.send(decision, on: &session.connection)
        return Written(
            events: decision.events, figures: decision.figures,
            acknowledgements: zip(answers, decision.results).map { answer, result in { answer(result) } })
    }

    private func readMarker(in session: PostgresSession) throws(PostgresError) {
        _ = try session.connection.rows(until: session.deadline) { (_: borrowing Row) throws(PostgresError) in }
    }

    // MARK: Conversations

    /// Locks the row without writing it, since a write would leave an old version of the row.
    private static let takeTurn = "SELECT 1 FROM shop FOR UPDATE"

    private func converse(
        _ conversation: WriteJob.Conversation, in session: PostgresSession
    ) throws(PostgresError) -> Written {
        if conversation.isExclusive { try session.connection.send(Self.takeTurn) }
        try session.connection.sendFlushRequest()
        try readMarker(in: session)
        if conversation.isExclusive {
            _ = try session.connection.rows(until: session.deadline) { (_: borrowing Row) throws(PostgresError) in }
        }
        let transaction = PostgresTransaction(
            session, unfinishedPerUserMax: limits.unfinishedOrdersPerUserMax)
        let acknowledge = try conversation.attempt(transaction)
        try transaction.writeNotes()
        return Written(
            events: transaction.events, figures: transaction.figures, acknowledgements: [acknowledge])
    }
}

extension BatchDecision {
    /// The events of the batch, with the new orders for the instance that asks the accrual system.
    fileprivate var events: TransactionEvents {
        TransactionEvents(
            changes: changes, sessionEnds: [],
            newOrders: newOrders.map { UnfinishedOrder(id: $0.id, number: $0.number, user: $0.user) })
    }
}
