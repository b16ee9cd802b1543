import Eventual
import Loyalty
import Posix
import Postgres
import SharedStore
import Storage
import TestSupport

@testable import PostgresStore

/// An event loop that reads from a database.
final class ReadingFixture: Sendable {
    typealias Read<Value> = @Sendable (PostgresRepository) async throws -> Value

    let database: TestDatabase
    let lines = LogLines()
    let lane: ReadLane
    private let loop = LoopThread()
    private let writes: WriteLane
    // Safe: used on the loop's thread alone, until that has ended.
    nonisolated(unsafe) let reads: TurnReads
    nonisolated(unsafe) let repository: PostgresRepository

    private init(_ database: TestDatabase, _ connector: StoreConnector, withinMilliseconds: Int) throws {
        self.database = database
        lane = ReadLane(connector: connector, withinMilliseconds: withinMilliseconds, log: lines.log)
        reads = TurnReads(lane)
        writes = try database.makeWrites()
        repository = PostgresRepository(reads, writes: writes)
        loop.serve(repository)
    }

    /// - Parameters:
    ///   - port: the port of a proxy before the server.
    ///   - withinMilliseconds: the time that a read has.
    static func with(
        _ database: TestDatabase, through port: Int? = nil, withinMilliseconds: Int = TestDatabase.patienceMilliseconds,
        _ body: (ReadingFixture) async throws -> Void
    ) async throws {
        let connector = try database.connector(through: port)
        try await with(database, through: connector, withinMilliseconds: withinMilliseconds, body)
    }

    /// - Parameters:
    ///   - connector: makes the connection of the reads.
    ///   - withinMilliseconds: the time that a read has.
    static func with(
        _ database: TestDatabase, through connector: StoreConnector,
        withinMilliseconds: Int = TestDatabase.patienceMilliseconds, _ body: (ReadingFixture) async throws -> Void
    ) async throws {
        let fixture = try ReadingFixture(database, connector, withinMilliseconds: withinMilliseconds)
        let result: Result<Void, any Error>
        do { result = .success(try await body(fixture)) } catch { result = .failure(error) }
        fixture.stop()
        try result.get()
    }

    func stop() {
        loop.stop()
        repository.close()
        writes.stop()
    }

    /// Runs on the loop's thread.
    @discardableResult
    func onLoop<Value: Sendable>(
        _ body: @Sendable @escaping (PostgresRepository) async throws -> Value
    ) async throws -> Value {
        try await Task(executorPreference: loop) { try await body(self.repository) }.value
    }

    /// Runs several tasks in one turn of the loop, and returns their results in order.
    func atOnce<Value: Sendable>(
        _ bodies: [Read<Value>]
    ) async throws -> [Result<Value, any Error>] {
        let tasks = try await onLoop { repository in
            bodies.map { body in
                Task(executorPreference: self.loop) { () async -> Result<Value, any Error> in
                    do { return .success(try await body(self.repository)) } catch { return .failure(error) }
                }
            }
        }
        var results: [Result<Value, any Error>] = []
        for task in tasks { results.append(await task.value) }
        return results
    }
}

extension TestDatabase {
    /// Adds users with a session, an order and a withdrawal each, and as many hundredths of a point as their number.
    ///
    /// - Parameter count: the users are named `user 1` and so on.
    func addUsers(_ count: Int) throws -> [UserID] {
        let now = Timestamp(milliseconds: 1_700_000_000_000)
        let transaction = TestTransaction(PostgresSession(try connect(), until: Self.patience))
        var users: [UserID] = []
        for number in 1...count {
            let session = NewSession(
                token: SessionToken(text: ""), id: .sample("user \(number)"),
                expiresAt: Timestamp(milliseconds: 4_000_000_000_000), perUserMax: 10, origin: nil)
            let user = try transaction.addUser(
                Login("user \(number)"), passwordHash: .sample("user"), session: session, at: now)
            guard let user else { throw TestFailure("the login is new") }
            _ = try transaction.addOrder(.sample(number), of: user, at: now)
            try transaction.credit(.sample(number), Int64(number) + 100, to: user, at: now)
            _ = try transaction.withdraw(Points(hundredths: 100), for: .sample(number), of: user, at: now)
            users.append(user)
        }
        try transaction.session.connection.finishTransaction(until: Self.patience)
        return users
    }

    /// Runs statements of a test.
    func run(_ sql: String) throws {
        var connection = try connect()
        try connection.runScript(sql, until: Self.patience)
    }
}
