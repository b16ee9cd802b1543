import CPostgres
import Glibc

/// Calls that send something, wait for its answer, and leave nothing pending.
extension Connection {
    /// Runs a prepared statement as a transaction of its own, and returns the result of `read`.
    package mutating func run<Value>(
        _ statement: PreparedStatement, _ parameters: Parameters = Parameters(), until deadline: Deadline,
        read: (borrowing ResultSet) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        precondition(pending.count == 0, "all answers must have been read")
        try send(statement, parameters)
        return try finish(until: deadline, read)
    }

    /// Runs a statement once, as a transaction of its own, and returns the result of `read`.
    package mutating func run<Value>(
        _ sql: String, _ parameters: Parameters = Parameters(), until deadline: Deadline,
        read: (borrowing ResultSet) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        precondition(pending.count == 0, "all answers must have been read")
        try send(sql, parameters)
        return try finish(until: deadline, read)
    }

    /// Runs a statement once, as a transaction of its own. Returns the number of rows that it changed or returned.
    @discardableResult
    package mutating func run(
        _ sql: String, _ parameters: Parameters = Parameters(), until deadline: Deadline
    ) throws(PostgresError) -> Int {
        try run(sql, parameters, until: deadline) { (rows: borrowing ResultSet) throws(PostgresError) in
            rows.affectedRowCount
        }
    }

    /// Prepares statements.
    package mutating func prepare(
        _ statements: [PreparedStatement], until deadline: Deadline
    ) throws(PostgresError) {
        precondition(pending.count == 0, "all answers must have been read")
        for statement in statements { try sendPreparation(of: statement) }
        try finishTransaction(until: deadline)
    }

    /// Ends the transaction and reads all answers.
    ///
    /// - Throws: the error of the first statement that failed, after all answers were read.
    package mutating func finishTransaction(until deadline: Deadline) throws(PostgresError) {
        try sendSynchronization()
        try readToSynchronization(until: deadline)
    }

    /// Runs one or more statements in the simple protocol, which has no parameters: for schemas and settings. They are
    /// one transaction, unless they begin and commit transactions themselves.
    package mutating func runScript(_ sql: String, until deadline: Deadline) throws(PostgresError) {
        try leavePipeline()
        guard library.functions.PQsendQuery(handle, sql) == 1 else { throw ending(refusal()) }
        var failure: PostgresError?
        try flush(until: deadline)
        while let result = try receive(until: deadline) {
            defer { library.functions.PQclear(result) }
            switch library.functions.PQresultStatus(result) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: continue
            case PGRES_FATAL_ERROR:
                let error = self.failure(result, of: .statement("", hasRows: false))
                guard !error.isEndOfConnection else { throw ending(error) }
                failure = failure ?? error
            default: throw ending(PostgresError(.protocolViolation, "a script has an answer of another kind"))
            }
        }
        try enterPipeline()
        if let failure { throw failure }
    }

    private mutating func finish<Value>(
        until deadline: Deadline, _ read: (borrowing ResultSet) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        try sendSynchronization()
        let result: Result<Value, PostgresError>
        switch try next(until: deadline) {
        case .rows(let rows):
            do throws(PostgresError) { result = .success(try read(rows)) } catch { result = .failure(error) }
        case .failed(let error): result = .failure(error)
        default:
            throw ending(PostgresError(.protocolViolation, "the server skipped a statement for no reason"))
        }
        try readToSynchronization(until: deadline)
        return try result.get()
    }

    private mutating func readToSynchronization(until deadline: Deadline) throws(PostgresError) {
        var failure: PostgresError?
        while true {
            switch try next(until: deadline) {
            case .failed(let error): failure = failure ?? error
            case .synchronized:
                if let failure { throw failure }
                return
            default: continue
            }
        }
    }

    func leavePipeline() throws(PostgresError) {
        precondition(pending.count == 0, "all answers must have been read")
        try requireOpen()
        guard library.functions.PQexitPipelineMode(handle) == 1 else { throw refusal() }
    }

    mutating func enterPipeline() throws(PostgresError) {
        guard library.functions.PQenterPipelineMode(handle) == 1 else { throw ending(refusal()) }
    }
}
