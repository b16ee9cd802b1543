import Postgres
import Text

extension PostgresSession {
    /// Runs the statements of one read as a transaction.
    ///
    /// - Parameter isSnapshot: true if all statements are to see one state of the database; otherwise each sees what
    ///   was committed before it.
    func read<Value>(
        isSnapshot: Bool, _ body: (PostgresSession) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        if isSnapshot { try execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY") }
        let value: Value
        do throws(PostgresError) {
            value = try body(self)
        } catch {
            guard !error.isEndOfConnection else { throw error }
            // The server skips everything up to the synchronization point.
            try connection.finishTransaction(until: deadline)
            if isSnapshot { try connection.run("ROLLBACK", until: deadline) }
            throw error
        }
        if isSnapshot { try connection.send("COMMIT") }
        try connection.finishTransaction(until: deadline)
        return value
    }

    private func execute(_ sql: String) throws(PostgresError) {
        try connection.send(sql)
        try connection.sendFlushRequest()
        switch try connection.next(until: deadline) {
        case .rows: return
        case .failed(let error):
            try connection.finishTransaction(until: deadline)
            throw error
        default: throw PostgresError(.protocolViolation, "a statement was skipped", statement: sql.statementName)
        }
    }
}
