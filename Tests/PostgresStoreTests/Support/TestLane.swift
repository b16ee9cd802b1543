import Changes
import Loyalty
import Posix
import Postgres
import Storage
import TestSupport

@testable import PostgresStore

/// The writer of one instance, on a database that a test has for itself.
final class TestLane: Sendable {
    let lane: WriteLane
    /// That of the lane.
    let connector: StoreConnector
    let changeLog: ChangeLog
    /// The position before the first change.
    let start: ChangeID
    let instance: InstanceRow
    let clock: TestClock
    let log: LogLines

    /// - Parameter port: the port of a proxy before the server.
    init(_ database: TestDatabase, through port: Int? = nil, limits: StorageLimits = StorageLimits()) throws {
        var connection = try database.connect()
        clock = TestClock()
        log = LogLines()
        instance = try InstanceRow.claim(on: &connection, at: clock.now, until: TestDatabase.patience)
        start = try ChangeFeedRow.next(on: &connection, until: TestDatabase.patience)
        changeLog = ChangeLog(capacity: 100_000, after: start)
        connector = try database.connector(through: port)
        lane = try WriteLane(
            connector: connector, instance: instance, limits: limits,
            changeLog: changeLog, clock: { [clock] in clock.now }, log: log.log)
    }

    var now: Timestamp { clock.now }

    /// Makes a lane, and stops it after the body.
    static func with<Value>(
        _ database: TestDatabase, through port: Int? = nil, limits: StorageLimits = StorageLimits(),
        _ body: (TestLane) async throws -> Value
    ) async throws -> Value {
        let lane = try TestLane(database, through: port, limits: limits)
        do {
            let value = try await body(lane)
            lane.lane.stop()
            return value
        } catch {
            lane.lane.stop()
            throw error
        }
    }

    /// Makes several lanes, and stops them after the body.
    static func with<Value>(
        _ count: Int, _ database: TestDatabase, limits: StorageLimits = StorageLimits(),
        _ body: ([TestLane]) async throws -> Value
    ) async throws -> Value {
        let lanes = try (0..<count).map { _ in try TestLane(database, limits: limits) }
        do {
            let value = try await body(lanes)
            for lane in lanes { lane.lane.stop() }
            return value
        } catch {
            for lane in lanes { lane.lane.stop() }
            throw error
        }
    }

    func upload(_ number: OrderNumber, by user: UserID) async throws(LoyaltyError) -> OrderUpload {
        try await lane.addOrder(number, of: user, at: now)
    }

    func spend(_ hundredths: Int64, for number: OrderNumber, by user: UserID) async throws(LoyaltyError)
        -> WithdrawalResult
    {
        try await lane.withdraw(Points(hundredths: hundredths), for: number, of: user, at: now)
    }

    /// Settles on a thread that may block.
    func settle(_ settlements: [Settlement]) async throws(LoyaltyError) -> [Settlement] {
        let result = await Resumption<Result<[Settlement], LoyaltyError>>.suspend { resumption in
            let thread = Posix.Thread(name: "settle") { [self] in
                do throws(LoyaltyError) {
                    resumption.resume(returning: .success(try lane.settle(settlements, at: now)))
                } catch {
                    resumption.resume(returning: .failure(error))
                }
            }
            Task.detached { thread.join() }
        }
        return try result.get()
    }
}

extension TestDatabase {
    /// Adds users, who have no points.
    func addPlainUsers(_ count: Int) throws -> [UserID] {
        try server.run(
            """
            WITH added AS (INSERT INTO users (login, password_hash, created_at)
                    SELECT 'user ' || n, '\(PasswordHash.sample("user").text)', 0 FROM generate_series(1, \(count)) AS n
                    RETURNING id),
                opened AS (INSERT INTO balances (user_id) SELECT id FROM added)
            INSERT INTO figures SELECT 0, 0, count(*), 0, 0, 0, 0, 0, 0, 0 FROM added
            """, in: name)
        return try column("SELECT id FROM users ORDER BY id").map { UserID(rawValue: $0) }
    }

    /// The integers in the first column.
    func column(_ sql: String) throws -> [Int64] {
        var connection = try connect()
        return try connection.run(sql, until: Self.patience) { (rows: borrowing ResultSet) throws(PostgresError) in
            try rows.all { (row: borrowing Row) throws(PostgresError) in try row.integer(0) }
        }
    }

    func integer(_ sql: String) throws -> Int64? { try column(sql).first }

    /// The rules of `martlet check` that the data breaks.
    func brokenRules() throws -> [String] {
        var connection = try connector().connect(.owner, until: Self.patience)
        let report = try PostgresCheck.run(on: &connection, until: Cancellation()) { _ in }
        return report.findings.filter { !$0.faults.isEmpty }.map { "\($0.rule): \($0.faults.joined(separator: ", "))" }
    }
}
