import Loyalty
import Postgres
import Storage
import TestSupport
import Testing

@testable import PostgresStore

/// A server that has a successor is neither asked nor connected to any more.
struct LatestTimelineTests {
    @Test func timelinesOfOneClusterOnlyGrow() {
        let latest = LatestTimeline()
        let point = { LatestTimeline.Point(cluster: $0, timeline: $1) }
        let steps: [(point: LatestTimeline.Point, isTaken: Bool)] = [
            (point(1, 3), true), (point(1, 3), true), (point(1, 2), false), (point(1, 4), true), (point(1, 3), false),
            (point(2, 1), true), (point(2, 1), true),
        ]
        for step in steps {
            #expect(latest.note(step.point) == step.isTaken)
            #expect(latest.isLatest(step.point) == step.isTaken)
        }
        #expect(!latest.isLatest(point(1, 4)))
    }

    @Test(.enabled(if: PostgreSQLServer.isInstalled))
    func aConnectionThatSleptThroughAFailoverIsNotRead() async throws {
        let database = try TestDatabase()
        let user = try database.addUsers(1)[0]
        let connector = try database.connector()
        let read = { @Sendable (repository: PostgresRepository) in try await repository.balance(of: user).get() }
        try await ReadingFixture.with(database, through: connector) { fixture in
            _ = try await fixture.onLoop(read)
            try Self.meetSuccessor(through: connector)
            await #expect(throws: ReadInbox.refusal) { _ = try await fixture.onLoop(read) }
            #expect(throws: PostgresError.self) { _ = try connector.connect(until: TestDatabase.patience) }
            #expect(fixture.lines.count(of: "former primary") > 0)
        }
    }

    /// A receipt of the time that the failover has lost could be credited on the successor.
    @Test(.enabled(if: PostgreSQLServer.isInstalled))
    func aFormerPrimaryIsNotAskedForReceipts() throws {
        let connector = try TestDatabase().connector()
        let lookup = PostgresReceiptLookup(connector: connector, log: .none)
        defer { lookup.close() }
        #expect(try lookup.earned(by: .sample(1)) == nil)
        let point = try Self.meetSuccessor(through: connector)
        #expect(throws: ReadInbox.refusal) { try lookup.earned(by: .sample(1)) }
        Self.forgetSuccessor(of: point, through: connector)
        #expect(try lookup.earned(by: .sample(1)) == nil)
    }

    @Test(.enabled(if: PostgreSQLServer.isInstalled))
    func aFormerPrimaryIsNotAskedForUnfinishedOrders() throws {
        let database = try TestDatabase()
        let connector = try database.connector()
        let writes = try database.makeWrites()
        defer { writes.stop() }
        let repository = PostgresSettlementRepository(writes: writes, connector, .none)
        #expect(try repository.usersWithUnfinishedOrders(after: nil, limit: 1) == [])
        let point = try Self.meetSuccessor(through: connector)
        #expect(throws: LoyaltyError.unavailable(retryAfterSeconds: 1)) {
            try repository.usersWithUnfinishedOrders(after: nil, limit: 1)
        }
        Self.forgetSuccessor(of: point, through: connector)
        #expect(try repository.usersWithUnfinishedOrders(after: nil, limit: 1) == [])
    }

    /// Lets another connection meet the successor. Returns the point of the server, which is a former primary now.
    @discardableResult
    private static func meetSuccessor(through connector: StoreConnector) throws -> LatestTimeline.Point {
        var point: LatestTimeline.Point?
        _ = try connector.connect(until: TestDatabase.patience, at: &point)
        let before = try #require(point)
        #expect(connector.latestTimeline.note(.init(cluster: before.cluster, timeline: before.timeline + 1)))
        return before
    }

    /// Lets the server be the latest one again. The point of another cluster lies between, since timelines only grow.
    private static func forgetSuccessor(of point: LatestTimeline.Point, through connector: StoreConnector) {
        for next in [LatestTimeline.Point(cluster: point.cluster &+ 1, timeline: 1), point] {
            #expect(connector.latestTimeline.note(next))
        }
    }

    /// The address names the former primary first, and nothing stops it.
    @Test(.enabled(if: PostgreSQLServer.isInstalled))
    func aFormerPrimaryDoesNotHideItsSuccessor() throws {
        let former = try PostgreSQLServer()
        defer { former.remove() }
        let database = try TestDatabase(on: former)
        _ = try database.connect()
        former.stop()
        let successor = try PostgreSQLServer(succeeding: former)
        defer { successor.remove() }
        let address = former.address(of: database.name)
            .replacing(":\(former.port)/", with: ":\(former.port),127.0.0.1:\(successor.port)/")
        let connector = try StoreConnector(address: address)
        try eventually("it has ended its recovery") { (try? connector.connect(until: TestDatabase.patience)) != nil }
        try former.start()
        for purpose in [StoreConnector.Purpose.serving, .owner] {
            var point: LatestTimeline.Point?
            let connection = try connector.connect(purpose, until: TestDatabase.patience, at: &point)
            #expect(connection.host == connector.address.hosts[1])
            #expect(point?.timeline == 2)
        }
        successor.stop()
        let error = #expect(throws: PostgresError.self) {
            _ = try connector.connect(until: TestDatabase.patience)
        }
        let reason = "\(connector.address.hosts[0]): the server is a former primary (timeline 1)"
        #expect(error?.message.hasPrefix(reason) == true, "\(String(describing: error))")
    }

    @Test(.enabled(if: PostgreSQLServer.isInstalled))
    func aFormerPrimaryIsNotWritten() async throws {
        let database = try TestDatabase()
        let user = try database.addPlainUsers(1)[0]
        try await TestLane.with(database) { lane in
            _ = try await lane.upload(.sample(1), by: user)
            let point = try Self.meetSuccessor(through: lane.connector)
            async let upload = lane.upload(.sample(2), by: user)
            try await eventually("it leaves the server") { lane.log.count(of: "has lost its connection") == 1 }
            #expect(try database.integer("SELECT count(*) FROM orders") == 1)
            Self.forgetSuccessor(of: point, through: lane.connector)
            let second = try await upload
            #expect(second != .uploadedBefore, "it waited for the next connection")
        }
        #expect(try database.integer("SELECT count(*) FROM orders") == 2)
    }

    /// A writer without work would hear of no changes.
    @Test(.enabled(if: PostgreSQLServer.isInstalled))
    func aFormerPrimaryIsNotListenedTo() async throws {
        try await TestLane.with(try TestDatabase()) { lane in
            try Self.meetSuccessor(through: lane.connector)
            try await eventually("it leaves the server") { lane.lane.obstacle != nil }
        }
    }

    @Test(.enabled(if: PostgreSQLServer.isInstalled))
    func theLeaseOfAFormerPrimaryIsNotRenewed() throws {
        let connector = try TestDatabase().connector()
        let lines = LogLines()
        let lane = LeaseLane(connector: connector, log: lines.log)
        defer { lane.stop() }
        lane.seek()
        try eventually("it leads") { lane.isLeading }
        let point = try Self.meetSuccessor(through: connector)
        try eventually("it leaves the server") { lines.count(of: "the server is a former primary") > 0 }
        Self.forgetSuccessor(of: point, through: connector)
        try eventually("it goes on") { lines.count(of: "is renewed again") > 0 }
    }
}
