import CPostgres
import Glibc

/// The answer to one thing that was sent.
package enum Answer: ~Copyable {
    /// The statement ran, and returned these rows, if any.
    case rows(ResultSet)
    /// The statement was prepared.
    case done
    /// The statement failed, and the server skips the others up to the next synchronization point; or the commit
    /// failed, and the next answer is ``synchronized``.
    case failed(PostgresError)
    /// The statement was skipped, since an earlier one failed.
    case skipped
    /// The transaction has ended, and was committed if no statement failed.
    case synchronized
}

extension Connection {
    /// Sends everything that was handed over, and reads what arrives meanwhile: a server that can't send its answers
    /// reads no further statements.
    package mutating func flush(until deadline: Deadline) throws(PostgresError) {
        try requireOpen()
        inbox.beginAnswer()
        while true {
            switch library.functions.PQflush(handle) {
            case 0: return
            case 1:
                try wait(for: Int16(POLLIN | POLLOUT), until: deadline)
                try consume()
            default:
                // The server may have sent its reason before it closed the connection.
                throw ending(finalError() ?? refusal())
            }
        }
    }

    /// Sends everything that was handed over, waits for the next answer and returns it.
    ///
    /// - Throws: an error that ``PostgresError/isEndOfConnection``; the errors of statements are ``Answer/failed(_:)``.
    ///   An error instead of a synchronization ends the connection unless it certainly rolled the transaction back, so
    ///   that the next connection decides (``CommitMarker``). It keeps its code.
    package mutating func next(until deadline: Deadline) throws(PostgresError) -> Answer {
        guard let expected = pending.first else { preconditionFailure("something must have been sent") }
        try flush(until: deadline)
        var result = try receive(until: deadline)
        // After the error of a commit, libpq returns the end of an answer before the synchronization.
        if result == nil, expected == .synchronization { result = try receive(until: deadline) }
        guard let result else {
            throw ending(PostgresError(.protocolViolation, "an answer is missing"))
        }
        switch (expected, library.functions.PQresultStatus(result)) {
        case (.synchronization, PGRES_PIPELINE_SYNC):
            library.functions.PQclear(result)
            pending.removeFirst()
            return .synchronized
        case (.statement(let name, let hasRows), PGRES_TUPLES_OK),
            (.statement(let name, let hasRows), PGRES_COMMAND_OK):
            let rows = ResultSet(owning: result, library, statement: name)
            try finishStatement(until: deadline)
            return hasRows ? .rows(rows) : .done
        case (.statement, PGRES_PIPELINE_ABORTED):
            library.functions.PQclear(result)
            try finishStatement(until: deadline)
            return .skipped
        case (let expected, PGRES_FATAL_ERROR):
            let error = failure(result, of: expected)
            library.functions.PQclear(result)
            guard !error.isEndOfConnection else { throw ending(error) }
            if case .statement = expected {
                try finishStatement(until: deadline)
            } else if let state = error.state, !CommitFate.isRaisedBeforeCommit(state) {
                throw ending(
                    PostgresError(.server(state, isFatal: true), "the commit's answer was an error: \(error.message)"))
            }
            return .failed(error)
        default:
            library.functions.PQclear(result)
            throw ending(PostgresError(.protocolViolation, "the server sent another answer than the expected one"))
        }
    }

    /// Waits until a notification has arrived or `other` is readable. Returns false if the deadline passes first.
    ///
    /// - Parameter other: a descriptor by which another thread wakes this one.
    /// - Throws: also an error that the server has sent on its own, after which it ends the session: it can't read a
    ///   notification, for example (postgres.c, `PostgresMain`).
    package mutating func waitForNotifications(
        orReadable other: CInt? = nil, until deadline: Deadline
    ) throws(PostgresError) -> Bool {
        precondition(pending.count == 0, "all answers must have been read")
        try requireOpen()
        try collectNotifications()
        while true {
            if let error = inbox.idleError { throw ending(error) }
            if inbox.hasNotifications { return true }
            inbox.beginAnswer()
            switch try SocketWait.wait(for: Int16(POLLIN), of: socket, orReadable: other, until: deadline) {
            case .deadline: return false
            case .other: return true
            case .socket: try consume()
            }
        }
    }

    /// Reads the end of a statement's answer, after which the next answer follows.
    private mutating func finishStatement(until deadline: Deadline) throws(PostgresError) {
        if let extra = try receive(until: deadline) {
            library.functions.PQclear(extra)
            throw ending(PostgresError(.protocolViolation, "a statement has two answers"))
        }
        pending.removeFirst()
    }

    /// Waits for libpq's next result; `nil` is the end of a statement's answer.
    mutating func receive(until deadline: Deadline) throws(PostgresError) -> OpaquePointer? {
        inbox.beginAnswer()
        while library.functions.PQisBusy(handle) == 1 {
            try wait(for: Int16(POLLIN), until: deadline)
            try consume()
        }
        let result = library.functions.PQgetResult(handle)
        // Notifications may have come with the bytes that were read.
        try collectNotifications()
        return result
    }

    mutating func wait(for events: Int16, until deadline: Deadline) throws(PostgresError) {
        while true {
            let end = earlierIfCancelled(deadline)
            let look = cancellation == nil ? end : Deadline.after(milliseconds: Self.lookMilliseconds).orEarlier(end)
            let isReady: Bool
            do throws(PostgresError) {
                isReady = try SocketWait.wait(for: events, of: socket, until: look)
            } catch {
                throw ending(error)
            }
            // The deadline is checked even if there is something to read, since a server could send without end.
            guard !end.hasPassed else {
                throw ending(PostgresError(.deadlinePassed, "the server did not answer in time"))
            }
            if isReady { return }
        }
    }

    /// The time within which a cancellation is noticed.
    private static let lookMilliseconds = 50
    /// The time in which a working server ends a cancelled statement and its transaction.
    private static let cancelledMilliseconds = 1_000

    private mutating func earlierIfCancelled(_ deadline: Deadline) -> Deadline {
        guard let cancellation, cancellation.isCancelled else {
            cancellationEnd = nil
            return deadline
        }
        let end = cancellationEnd ?? Deadline.after(milliseconds: Self.cancelledMilliseconds)
        cancellationEnd = end
        return end.orEarlier(deadline)
    }

    /// Reads the bytes that have arrived.
    mutating func consume() throws(PostgresError) {
        var available: CInt = 0
        // With TLS, these are the encrypted bytes, which are a few more.
        if ioctl(socket, UInt(FIONREAD), &available) == 0 {
            guard inbox.noteBytes(Int(available), max: limits.answerBytesMax) else {
                throw ending(
                    PostgresError(.protocolViolation, "an answer has more than \(limits.answerBytesMax) bytes"))
            }
        }
        guard library.functions.PQconsumeInput(handle) == 1 else { throw ending(finalError() ?? refusal()) }
        try collectNotifications()
    }

    private mutating func collectNotifications() throws(PostgresError) {
        do throws(PostgresError) {
            try inbox.collect(from: handle)
        } catch {
            throw ending(error)
        }
    }

    /// The error that the server sent before the connection ended; `nil` if it sent none.
    private func finalError() -> PostgresError? {
        // On an open connection, PQgetResult could wait.
        guard library.functions.PQstatus(handle) == CONNECTION_BAD else { return nil }
        // The results are at most the answer to the current statement, its end, and the end of all.
        for _ in 0..<3 {
            guard let result = library.functions.PQgetResult(handle) else { continue }
            defer { library.functions.PQclear(result) }
            if library.functions.PQresultStatus(result) == PGRES_FATAL_ERROR {
                return failure(result, of: pending.first ?? .synchronization)
            }
        }
        return nil
    }

    /// The error of a result.
    func failure(_ result: OpaquePointer, of expected: PendingAnswers.Kind) -> PostgresError {
        func field(_ code: CInt) -> String? {
            library.functions.PQresultErrorField(result, code).map { String(cString: $0) }
        }
        let name = if case .statement(let name, _) = expected { name } else { "" }
        guard let state = field(martlet_pq_state).flatMap(SQLState.init) else {
            // libpq's own error, such as the end of the connection.
            let error = refusal()
            return PostgresError(.connectionLost, error.message, statement: name)
        }
        return PostgresError(
            .server(state, isFatal: field(martlet_pq_severity) != "ERROR", constraint: field(martlet_pq_constraint)),
            field(martlet_pq_message) ?? "", statement: name)
    }
}
