import Loyalty
import Posix
import Postgres

/// The result of an answered read: resumes the tasks that wait for it.
typealias ReadCompletion = @Sendable () -> Void

/// A read that is one prepared statement, so that several of them travel together.
protocol PipelinedRead: Sendable {
    /// The number of tasks that wait for it.
    var count: Int { get }

    /// `nil` if it reads a row or a few for each task.
    var list: ListPart? { get }

    func send(on connection: inout Connection) throws(PostgresError)

    func completion(of rows: borrowing ResultSet) throws(PostgresError) -> ReadCompletion

    func refuse(_ error: LoyaltyError)
}

extension PipelinedRead {
    var list: ListPart? { nil }
}

/// A read of one request, such as a page of a list.
struct StatementRead: PipelinedRead {
    private let statement: PreparedStatement
    private let parameters: Parameters
    private let read: @Sendable (borrowing ResultSet) throws(PostgresError) -> ReadCompletion
    private let refusal: @Sendable (LoyaltyError) -> Void
    let list: ListPart?

    init<Value: Sendable>(
        _ statement: PreparedStatement, _ parameters: Parameters, list: ListPart?,
        for task: Resumption<Result<Value, LoyaltyError>>,
        read: @escaping @Sendable (borrowing ResultSet) throws(PostgresError) -> Value
    ) {
        (self.statement, self.parameters, self.list) = (statement, parameters, list)
        self.read = { (rows: borrowing ResultSet) throws(PostgresError) in
            let value = try read(rows)
            return { task.resume(returning: .success(value)) }
        }
        refusal = { task.resume(returning: .failure($0)) }
    }

    var count: Int { 1 }

    func send(on connection: inout Connection) throws(PostgresError) {
        try connection.send(statement, parameters)
    }

    func completion(of rows: borrowing ResultSet) throws(PostgresError) -> ReadCompletion { try read(rows) }

    func refuse(_ error: LoyaltyError) { refusal(error) }
}

/// The reads of a turn that look up one row each in the same way: one statement for all of them. Its rows have the
/// position of the key, from 1, in their first column.
struct KeyedReads<Key: Sendable, Value: Sendable>: PipelinedRead {
    private let statement: PreparedStatement
    private let addKeys: @Sendable ([Key], inout Parameters) -> Void
    /// The value of a key without a row.
    private let absent: Value
    private let value: @Sendable (borrowing Row) throws(PostgresError) -> Value
    private(set) var keys: [Key] = []
    private var tasks: [Resumption<Result<Value, LoyaltyError>>] = []

    init(
        _ statement: PreparedStatement, absent: Value,
        addKeys: @escaping @Sendable ([Key], inout Parameters) -> Void,
        value: @escaping @Sendable (borrowing Row) throws(PostgresError) -> Value
    ) {
        (self.statement, self.absent, self.addKeys, self.value) = (statement, absent, addKeys, value)
    }

    mutating func append(_ key: Key, for task: Resumption<Result<Value, LoyaltyError>>) {
        keys.append(key)
        tasks.append(task)
    }

    /// Removes and returns the reads so far.
    mutating func take() -> Self {
        let taken = self
        keys.removeAll()
        tasks.removeAll()
        return taken
    }

    var count: Int { tasks.count }

    func send(on connection: inout Connection) throws(PostgresError) {
        var parameters = Parameters()
        addKeys(keys, &parameters)
        try connection.send(statement, parameters)
    }

    func completion(of rows: borrowing ResultSet) throws(PostgresError) -> ReadCompletion {
        var values = [Value](repeating: absent, count: tasks.count)
        let found = try rows.all { (row: borrowing Row) throws(PostgresError) in
            (position: try row.integer(0), value: try value(row))
        }
        for (position, value) in found {
            guard (1...Int64(tasks.count)).contains(position) else { throw .badValue("the position of a key") }
            values[Int(position) - 1] = value
        }
        let results = values
        return { [tasks] in
            for (task, value) in zip(tasks, results) { task.resume(returning: .success(value)) }
        }
    }

    func refuse(_ error: LoyaltyError) {
        for task in tasks { task.resume(returning: .failure(error)) }
    }
}

/// A read of one or more statements, one after the other.
struct SessionRead: Sendable {
    let isSnapshot: Bool
    let completion: @Sendable (PostgresSession) throws(PostgresError) -> ReadCompletion
    let refuse: @Sendable (LoyaltyError) -> Void

    init<Value: Sendable>(
        isSnapshot: Bool, for task: Resumption<Result<Value, LoyaltyError>>,
        body: @escaping @Sendable (PostgresSession) throws(PostgresError) -> Value
    ) {
        self.isSnapshot = isSnapshot
        completion = { (session) throws(PostgresError) in
            let value = try body(session)
            return { task.resume(returning: .success(value)) }
        }
        refuse = { task.resume(returning: .failure($0)) }
    }
}
