import Changes
import Loyalty
import Postgres
import Storage
import TestSupport
import Testing

@testable import PostgresStore

/// Instances that hang within a transaction.
@Suite(.enabled(if: PostgreSQLServer.isInstalled))
struct HungSessionTests {
    private static let now = Timestamp(milliseconds: 1_700_000_000_000)

    /// Runs a statement within a transaction that goes no further.
    private static func hang(_ sql: String, on connection: inout Connection) throws(PostgresError) {
        try connection.send(sql)
        try connection.sendFlushRequest()
        _ = try connection.rows(until: TestDatabase.patience) { (_: borrowing Row) throws(PostgresError) in }
    }

    @Test func rowsThatAHungInstanceKeepsLockedBecomeFree() async throws {
        let database = try TestDatabase()
        let users = try database.addPlainUsers(2)
        var hung = try database.connect()
        var reading = try database.connect()
        try Self.hang("SELECT 1 FROM balances FOR UPDATE", on: &hung)
        try Self.hang("SELECT 1 FROM balances", on: &reading)
        try await TestLane.with(database) { lane in
            for (index, user) in users.enumerated() {
                let upload = try await lane.upload(.sample(index), by: user)
                #expect(upload.isAccepted)
            }
            #expect(lane.log.count(of: HungSessions.warning(of: 1)) == 1)
        }
        let error = #expect(throws: PostgresError.self) { try hung.finishTransaction(until: TestDatabase.patience) }
        #expect(error?.state == .adminShutdown)
        try reading.finishTransaction(until: TestDatabase.patience)
        #expect(try database.brokenRules() == [])
    }

    /// The address may name each instance's sessions.
    @Test func aSessionOfAnotherNameIsEnded() throws {
        let database = try TestDatabase()
        _ = try database.addPlainUsers(1)
        var hung = try database.connect()
        try hung.run("SET application_name = 'martlet 2'", until: TestDatabase.patience)
        try Self.hang("UPDATE balances SET version = 2", on: &hung)
        var other = try database.connect()
        try eventually("it is ended") { try HungSessions.end(on: &other, until: TestDatabase.patience) == 1 }
    }

    /// The row `shop` is changed by each start.
    @Test func aServerStartsBesideAnInstanceThatHangsInAChangeOfTheStaff() throws {
        let database = try TestDatabase()
        var hung = try database.connect()
        try Self.hang("WITH noted AS (UPDATE instances SET seen_at = 0) SELECT 1 FROM shop FOR UPDATE", on: &hung)
        var store: PostgresStore?
        try eventually("it starts") {
            store = try? PostgresStore(
                database.connector(), migrates: true, limits: StorageLimits(), clock: { Self.now },
                log: .none)
            return store != nil
        }
        store?.stop()
    }

    /// While an instance takes no notifications, the server keeps a snapshot for it.
    @Test func aSessionThatTakesNoNotificationsIsEnded() throws {
        let database = try TestDatabase()
        var hung = try database.connect()
        try hung.run("LISTEN \(ChangeNotification.channel)", until: TestDatabase.patience)
        var other = try database.connect()
        let flood = """
            SELECT pg_notify('\(ChangeNotification.channel)', n || repeat('x', 7000)) FROM generate_series(1, 500) AS n
            """
        try eventually("the notifications fill every buffer, and the session is ended") {
            try other.run(flood, until: TestDatabase.patience)
            return try HungSessions.end(withSnapshotFor: 100, on: &other, until: TestDatabase.patience) == 1
        }
    }

    /// Without a snapshot, too: the server keeps the notifications that it has not taken until its queue is full.
    @Test func anInstanceThatTakesNoNotificationsIsEndedAndBeginsAnew() async throws {
        let database = try TestDatabase()
        let proxy = try CuttingProxy(to: database.server.socketPath)
        defer { proxy.close() }
        try await TestLane.with(database, through: proxy.port) { lane in
            let start = lane.changeLog.end.change
            var other = try database.connect()
            proxy.order(CuttingProxy.Cut(.toClient, after: 1, closes: false))
            // Each is smaller than the server's buffer, which it therefore sends after it has given up its snapshot.
            let notify =
                "SELECT pg_notify('\(ChangeNotification.channel)', '9.9.0.1|x,' || repeat('x', 1000) || random())"
            try await eventually("its notifications fill every buffer, and its session is ended") {
                // So many at a time that a busy machine, on which each wait takes long, fills them in time.
                for _ in 0..<100 { try other.run(notify, until: TestDatabase.patience) }
                return try HungSessions.end(
                    withSnapshotFor: 0, overQueuePercent: 0, on: &other, until: TestDatabase.patience) == 1
            }
            proxy.order(nil)
            try await eventually("streams begin anew") {
                lane.changeLog.end.change > start && lane.changeLog.changes(after: start) == nil
            }
            #expect(lane.lane.obstacle == nil)
        }
    }

    @Test func anInstanceThatHangsInItsTurnToMigrateLosesIt() throws {
        let database = try TestDatabase()
        var hung = try database.connector().open(.owner, until: TestDatabase.patience)
        try Migration.takeTurn(on: &hung, until: TestDatabase.patience)
        var other = try database.connector().open(.owner, until: TestDatabase.patience)
        #expect(try Migration.run(on: &other, until: TestDatabase.patience) == Schema.version)
    }

    @Test func aStartThatGivesUpItsTurnToMigrateLeavesNoSession() throws {
        let database = try TestDatabase()
        var copying = try database.connector().open(.owner, until: TestDatabase.patience)
        try copying.runScript("SELECT pg_advisory_lock(\(Migration.lockKey))", until: TestDatabase.patience)
        func start() throws {
            var starting = try database.connector().open(.owner, until: TestDatabase.patience)
            try Migration.takeTurn(on: &starting, until: .after(milliseconds: 200))
        }
        #expect(throws: PostgresError.self) { try start() }
        let waiting = """
            SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
            WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted
            """
        try eventually("its session waits on") { try database.integer(waiting) == 0 }
        try copying.runScript("SELECT pg_advisory_unlock(\(Migration.lockKey))", until: TestDatabase.patience)
    }

    @Test func aRoleThatMayEndNoSessionsEndsNone() throws {
        let database = try TestDatabase()
        let role = "\(database.name)_limited"
        try database.server.run(
            "CREATE ROLE \(role); REVOKE EXECUTE ON FUNCTION pg_terminate_backend FROM PUBLIC", in: database.name)
        var connection = try database.connect()
        try connection.run("SET ROLE \(role)", until: TestDatabase.patience)
        #expect(try HungSessions.end(on: &connection, until: TestDatabase.patience) == 0)
        #expect(try connection.run("SELECT 1", until: TestDatabase.patience) == 1)
    }

    @Test func aServerWarnsOfServersOfAnotherRole() throws {
        let database = try TestDatabase()
        func warnings() throws -> [String] {
            let log = LogLines()
            try PostgresStore(
                database.connector(), migrates: true, limits: StorageLimits(), clock: { Self.now }, log: log.log
            ).stop()
            return log.messages(from: .warning).filter { $0.contains("role") }
        }
        let same = try database.connect()
        #expect(try warnings() == [])
        _ = consume same
        let role = "\(database.name)_other"
        try database.server.run(
            "CREATE ROLE \(role) SUPERUSER LOGIN PASSWORD '\(PostgreSQLServer.password)'", in: database.name)
        let library = try PostgresLibrary.load()
        let address = database.server.address(of: database.name).replacing(
            "//\(PostgreSQLServer.user):", with: "//\(role):")
        let other = try StoreConnector(address: try ConnectionAddress(address, with: library), library: library)
            .connect(until: TestDatabase.patience)
        #expect(try warnings() == [HungSessions.warning(ofRoles: role)])
        _ = consume other
    }

    /// The server has not heard of the end of the last connection.
    @Test func theNextConnectionOfAnInstanceEndsItsLastOne() throws {
        let database = try TestDatabase()
        var last = try database.connect()
        var other = try database.connect()
        let instance = try InstanceRow.claim(on: &other, at: Self.now, until: TestDatabase.patience)
        try Self.hang("SELECT 1 FROM instances FOR UPDATE", on: &last)
        let connector = try database.connector()
        func connect() throws(PostgresError) -> CommitFate {
            try WriteConnection.open(
                connector, after: instance.marker, ChangeID(rawValue: 0), at: Self.now, until: TestDatabase.patience
            ).fate
        }
        let error = #expect(throws: PostgresError.self) { _ = try connect() }
        #expect(error?.state == .lockNotAvailable)
        #expect(try connect() == .committed)
    }
}

extension OrderUpload {
    fileprivate var isAccepted: Bool { if case .accepted = self { true } else { false } }
}
