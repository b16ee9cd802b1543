import Glibc
import Loyalty
import Posix
import Postgres
import Storage
import Synchronization
import TestSupport
import Testing

@testable import PostgresStore

/// Errors of the server, each with what it means for the callers.
@Suite(.enabled(if: PostgreSQLServer.isInstalled), .serialized)
struct WriteFaultTests {
    static let poisoned = OrderNumber.sample(666)

    /// Has the server raise an error for uploads of one number.
    ///
    /// - Parameters:
    ///   - times: the number of times; then the upload succeeds.
    ///   - isAtCommit: true if the error is to come in the place of the commit's answer.
    static func poison(
        _ database: TestDatabase, code: String, times: Int = .max, isAtCommit: Bool = false
    ) throws {
        let trigger =
            isAtCommit
            ? "CREATE CONSTRAINT TRIGGER poison AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED"
            : "CREATE TRIGGER poison BEFORE INSERT ON orders"
        try database.server.run(
            """
            CREATE SEQUENCE attempts;
            CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF NEW.number = '\(poisoned.digits)' AND nextval('attempts') <= \(times) THEN
                    RAISE EXCEPTION 'poisoned' USING ERRCODE = '\(code)';
                END IF;
                RETURN NEW;
            END $$;
            \(trigger) FOR EACH ROW EXECUTE FUNCTION poison();
            """, in: database.name)
    }

    /// Uploads the poisoned number together with others. Returns the error of the first, after the others were
    /// accepted.
    private static func uploadAll(_ lane: TestLane, by user: UserID) async throws -> LoyaltyError? {
        try await withThrowingTaskGroup(of: LoyaltyError?.self) { group in
            for number in (1...40).map({ OrderNumber.sample($0) }) + [poisoned] {
                group.addTask {
                    let error = await result(lane, number, user)
                    if number != poisoned, let error { throw error }
                    return error
                }
            }
            return try await group.reduce(nil) { $0 ?? $1 }
        }
    }

    @Test func anOperationAtFaultFailsAlone() async throws {
        let database = try TestDatabase()
        let user = try database.addPlainUsers(1)[0]
        try Self.poison(database, code: "P0001")
        try await TestLane.with(database) { lane in
            let error = try await Self.uploadAll(lane, by: user)
            #expect(error == .failed)
            #expect(lane.log.count(of: "poisoned") == 1)
        }
        #expect(try database.integer("SELECT count(*) FROM orders") == 40)
        #expect(try database.brokenRules() == [])
    }

    @Test func aTransactionInTheWayIsWaitedFor() async throws {
        for code in ["40001", "40P01", "23505"] {
            let database = try TestDatabase()
            let user = try database.addPlainUsers(1)[0]
            try Self.poison(database, code: code, times: 3)
            try await TestLane.with(database) { lane in
                let error = try await Self.uploadAll(lane, by: user)
                #expect(error == nil, "\(code)")
                #expect(lane.log.messages(from: .warning) == [])
            }
            #expect(try database.integer("SELECT count(*) FROM orders") == 41)
            #expect(try database.brokenRules() == [])
        }
    }

    @Test func aServerWithoutRoomRefusesAndIsAnObstacle() async throws {
        let database = try TestDatabase()
        let user = try database.addPlainUsers(1)[0]
        try Self.poison(database, code: "53100", times: 1)
        try await TestLane.with(database) { lane in
            await #expect(throws: LoyaltyError.unavailable(retryAfterSeconds: 10)) {
                try await lane.upload(Self.poisoned, by: user)
            }
            #expect(lane.lane.obstacle == "the database has no room")
            let upload = try await lane.upload(Self.poisoned, by: user)
            #expect(upload != .uploadedBefore, "nothing had happened")
            #expect(lane.lane.obstacle == nil)
        }
    }

    /// The server reports errors of notifications so, which it reads after a commit.
    @Test func anErrorInThePlaceOfACommitIsDecidedByTheNextConnection() async throws {
        let database = try TestDatabase()
        let user = try database.addPlainUsers(1)[0]
        try Self.poison(database, code: "58P01", times: 1, isAtCommit: true)
        try await TestLane.with(database) { lane in
            let upload = try await lane.upload(Self.poisoned, by: user)
            #expect(upload != .uploadedBefore, "nothing had happened, so it ran again")
            #expect(lane.lane.doubtCount == 1)
            #expect(lane.log.count(of: "the commit's answer was an error") == 1)
        }
        #expect(try database.brokenRules() == [])
    }

    /// The trigger of another program may refuse a row at the commit, where all jobs of the batch are in doubt.
    @Test func anOperationAtFaultAtTheCommitFailsAloneAfterAFewConnections() async throws {
        let database = try TestDatabase()
        let user = try database.addPlainUsers(1)[0]
        try Self.poison(database, code: "P0001", isAtCommit: true)
        try await TestLane.with(database) { lane in
            let error = try await Self.uploadAll(lane, by: user)
            #expect(error == .failed)
            #expect(lane.log.count(of: "A write to the database failed: the commit's answer was an error") == 1)
            // One as the error came, one as it came back, and one of the operation alone.
            #expect(lane.lane.doubtCount <= 3)
        }
        #expect(try database.integer("SELECT count(*) FROM orders") == 40)
        #expect(try database.brokenRules() == [])
    }

    @Test func aServerWithoutRoomForCommitsRefusesAndIsAnObstacle() async throws {
        let database = try TestDatabase()
        let user = try database.addPlainUsers(1)[0]
        try Self.poison(database, code: "53100", isAtCommit: true)
        try await TestLane.with(database) { lane in
            for doubtCount in [2, 3] {
                await #expect(throws: LoyaltyError.unavailable(retryAfterSeconds: 10)) {
                    try await lane.upload(Self.poisoned, by: user)
                }
                #expect(lane.lane.obstacle == "the database has no room")
                #expect(lane.lane.doubtCount == doubtCount)
            }
            _ = try await lane.upload(.sample(1), by: user)
            #expect(lane.lane.obstacle == nil)
        }
        #expect(try database.brokenRules() == [])
    }

    /// The server commits, and cuts its wait for a standby short.
    @Test func aCommitWithAWarningIsNoAcknowledgement() async throws {
        let server = try PostgreSQLServer()
        defer { server.remove() }
        let database = try TestDatabase(on: server)
        let user = try database.addPlainUsers(1)[0]
        try await TestLane.with(database) { lane in
            try server.run("ALTER SYSTEM SET synchronous_standby_names = 'nowhere'")
            try server.run("SELECT pg_reload_conf()")
            async let upload = Self.result(lane, .sample(1), user)
            var connection = try await waitingCommit(in: database)
            _ = try connection.run(
                "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'",
                until: TestDatabase.patience)
            // The fence waits for the standby, too, so that the caller's time is over first.
            #expect(await upload == .inDoubt)
            #expect(lane.lane.doubtCount == 1)
            try server.run("ALTER SYSTEM RESET synchronous_standby_names")
            try server.run("SELECT pg_reload_conf()")
            try await eventually("the lane connects again") { lane.lane.obstacle == nil }
            let again = try await lane.upload(.sample(1), by: user)
            #expect(again == .uploadedBefore)
        }
    }

    private func waitingCommit(in database: TestDatabase) async throws -> Connection {
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
        try await eventually("no commit waits for a standby") { try database.integer(waiting) == 1 }
        return try database.connect()
    }

    private static func result(_ lane: TestLane, _ number: OrderNumber, _ user: UserID) async -> LoyaltyError? {
        do throws(LoyaltyError) {
            _ = try await lane.upload(number, by: user)
            return nil
        } catch {
            return error
        }
    }

    /// The answers to writes. The lane's own thread takes the times, since other tests keep the threads of tasks busy.
    private final class AnswerLog: Sendable {
        private let all = Mutex<[(error: LoyaltyError?, milliseconds: Int64)]>([])

        var answers: [(error: LoyaltyError?, milliseconds: Int64)] { all.withLock { $0 } }

        func note(_ result: Result<BatchResult, LoyaltyError>, after milliseconds: Int64) {
            var error: LoyaltyError?
            if case .failure(let failure) = result { error = failure }
            all.withLock { $0.append((error, milliseconds)) }
        }
    }

    /// A stopped process keeps its locks, and its kernel goes on acknowledging what arrives.
    @Test func aStoppedServerProcessKeepsNoClientWaiting() async throws {
        let database = try TestDatabase()
        let users = try database.addPlainUsers(2)
        try await TestLane.with(database) { lane in
            _ = try await lane.upload(.sample(1), by: users[0])
            let process = try #require(
                try database.integer(
                    """
                    SELECT pid::int8 FROM pg_stat_activity WHERE application_name = 'martlet'
                        AND datname = '\(database.name)' AND query NOT LIKE '%pg_stat_activity%'
                    """))
            #expect(kill(pid_t(process), SIGSTOP) == 0)
            defer { kill(pid_t(process), SIGCONT) }
            let log = AnswerLog()
            for index in 2..<20 {
                let upload = BatchOperation.addOrder(.sample(index), of: users[index % 2], at: lane.now)
                let began = SystemClock.monotonicMilliseconds()
                lane.lane.begin(upload) { log.note($0, after: SystemClock.monotonicMilliseconds() - began) }
            }
            try await eventually("all are answered") { log.answers.count == 18 }
            let answers = log.answers
            let results = answers.map(\.error)
            // A deadline that began anew with the next connection would take twice the time.
            let longest = answers.map(\.milliseconds).max() ?? 0
            #expect(longest < 2 * Int64(WriteLane.writeDeadlineMilliseconds), "answered after \(longest) ms")
            // The first requests had their time. The others may have been written on the next connection.
            for result in results {
                if let result { #expect(result != .inDoubt, "no commit was sent") }
            }
            kill(pid_t(process), SIGCONT)
            try await eventually("the lane connects again") { lane.lane.obstacle == nil }
            let accepted = results.count { $0 == nil }
            #expect(try database.integer("SELECT count(*) FROM orders") == Int64(accepted + 1))
        }
        #expect(try database.brokenRules() == [])
    }
}
