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
            var point: LatestTimeline.Point?
            _ = try connector.connect(until: TestDatabase.patience, at: &point)
            let before = try #require(point)
            // Another connection has met the successor.
            #expect(connector.latestTimeline.note(.init(cluster: before.cluster, timeline: before.timeline + 1)))
            await #expect(throws: ReadInbox.refusal) { _ = try await fixture.onLoop(read) }
            #expect(throws: PostgresError.self) { _ = try connector.connect(until: TestDatabase.patience) }
            #expect(fixture.lines.count(of: "former primary") > 0)
        }
    }
}
