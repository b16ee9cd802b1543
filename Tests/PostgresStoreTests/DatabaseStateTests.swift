import Loyalty
import Posix
import Postgres
import Storage
import TestSupport
import Testing

@testable import PostgresStore

/// A database that may have lost what was acknowledged begins a new history, and no other does.
struct DatabaseStateTests {
    typealias Place = DatabaseState.Place

    private static let here = Place(cluster: 1, database: 5, timeline: 3)

    @Test(
        arguments: [
            (here, 9, 9, .unchanged),
            (Place(cluster: 2, database: 5, timeline: 3), 9, 9, .mayHaveLostCommits),
            (Place(cluster: 2, database: 5, timeline: 4), 9, 9, .mayHaveLostCommits),
            (Place(cluster: 1, database: 6, timeline: 3), 9, 9, .mayHaveLostCommits),
            (Place(cluster: 1, database: 5, timeline: 2), 9, 9, .mayHaveLostCommits),
            (Place(cluster: 1, database: 5, timeline: 4), 9, 9, .formerPrimary),
            // Rows that were copied tell nothing about the server that they are on.
            (Place(cluster: 1, database: 5, timeline: 3), 8, 9, .mayHaveLostCommits),
            (Place(cluster: 1, database: 5, timeline: 4), 8, 9, .mayHaveLostCommits),
            (Place(cluster: 1, database: 6, timeline: 4), 9, 9, .mayHaveLostCommits),
            // A new database, and one of the first schema.
            (Place(cluster: 0, database: 0, timeline: 0), 9, 0, .unknown),
            (Place(cluster: 1, database: 0, timeline: 3), 9, 0, .unknown),
            (Place(cluster: 1, database: 0, timeline: 2), 9, 0, .mayHaveLostCommits),
            (Place(cluster: 1, database: 0, timeline: 4), 9, 0, .formerPrimary),
            (Place(cluster: 2, database: 0, timeline: 4), 9, 0, .mayHaveLostCommits),
        ] as [(Place, Int64, Int64, DatabaseState.Finding)])
    func theRowIsComparedWithTheServer(
        noted: Place, writer: Int64, notedWriter: Int64, finding: DatabaseState.Finding
    ) {
        let state = DatabaseState(now: Self.here, noted: noted, writer: writer, notedWriter: notedWriter)
        #expect(state.finding == finding)
    }

    /// The ways in which a database is restored, as statements with the same result.
    enum Restore: CaseIterable {
        /// `pg_restore`: rows are copied in a transaction of the tool.
        case rows
        /// Another database of the cluster, with the same files.
        case files
        /// Recovery to a point in time, and a failover.
        case timeline
        /// The owner's command.
        case command
    }

    @Test(.enabled(if: PostgreSQLServer.isInstalled), arguments: Restore.allCases)
    func aRestoredDatabaseBeginsANewHistoryOnce(_ restore: Restore) throws {
        var database = try TestDatabase()
        let before = try Self.history(of: database)
        // Starts and changes of the staff leave the history alone.
        let writes = try database.makeWrites()
        _ = try writes.converseAndWait(isExclusive: true) { transaction throws(PostgresError) in
            try transaction.run("UPDATE users SET state = 0")
        }
        #expect(try Self.history(of: database).number == before.number)
        let feeds = try Self.history(of: database).feeds
        switch restore {
        case .rows:
            try database.run(
                "CREATE TABLE kept AS SELECT * FROM shop; DELETE FROM shop; INSERT INTO shop SELECT * FROM kept")
            writes.stop()
        case .files:
            writes.stop()
            let name = "\(database.name)_copy"
            try database.server.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(database.name)'")
            try database.server.run("CREATE DATABASE \(name) TEMPLATE \(database.name)")
            database = TestDatabase(on: database.server, named: name)
        case .timeline:
            try database.run("UPDATE shop SET timeline = timeline - 1, written_by = \(Timeline.transaction)")
            writes.stop()
        case .command:
            let owner = try PostgresOwnerRepository(
                connector: database.connector(), writes: writes, engine: StoreEngine(name: "PostgreSQL", version: "15"),
                clock: { Timestamp(milliseconds: 0) }, cancellation: .init())
            #expect(try owner.noteRestoredState())
            owner.close()
            writes.stop()
        }
        // Connections of all instances find it at the same time.
        let shop = database
        let threads = (0..<6).map { index in
            Posix.Thread(name: "connect-\(index)") { _ = try? shop.connect() }
        }
        for thread in threads { thread.join() }
        let after = try Self.history(of: database)
        #expect(after.number != before.number && after.number > 0)
        #expect(after.feeds == feeds + ChangeFeedRow.lostMax)
        #expect(try Self.history(of: database) == after)
    }

    private struct History: Equatable {
        let number: Int64
        let feeds: Int64
    }

    private static func history(of database: TestDatabase) throws -> History {
        var point: LatestTimeline.Point?
        var connection = try database.connector().connect(until: TestDatabase.patience, at: &point)
        let row = try connection.run("SELECT history, feeds FROM shop", until: TestDatabase.patience) {
            (rows: borrowing ResultSet) throws(PostgresError) in
            try rows.first { (row: borrowing Row) throws(PostgresError) in
                History(number: try row.integer(0), feeds: try row.integer(1))
            }
        }
        let history = try #require(row)
        #expect(point?.history == history.number)
        return history
    }

    /// A client's copy of a response is not taken for current, though the version is the same.
    @Test(.enabled(if: PostgreSQLServer.isInstalled))
    func revisionsOfAnotherHistoryDiffer() async throws {
        let database = try TestDatabase()
        _ = try database.addUsers(1)
        let read = { @Sendable (repository: PostgresRepository) in
            try await repository.session(.sample("user 1")).get()?.revision
        }
        var revisions: [Revision?] = []
        for _ in 0..<2 {
            try await ReadingFixture.with(database) { fixture in
                revisions.append(try await fixture.onLoop(read))
                #expect(try await fixture.onLoop(read) == revisions.last)
            }
        }
        #expect(revisions[0] != nil && revisions[0] == revisions[1])
        try database.run("UPDATE shop SET feeds = feeds")
        try await ReadingFixture.with(database) { fixture async throws in
            #expect(try await fixture.onLoop(read) != revisions[0])
        }
    }

    /// A database of the first schema is converted, and goes on with its history.
    @Test(.enabled(if: PostgreSQLServer.isInstalled))
    func aDatabaseOfTheFirstSchemaGoesOn() throws {
        let server = try PostgreSQLServer.shared.get()
        let database = TestDatabase(on: server, named: try server.makeDatabase())
        let connector = try database.connector()
        var connection = try connector.open(until: TestDatabase.patience)
        try connection.runScript(
            """
            BEGIN; \(Schema.migrations[0]);
            CREATE TABLE martlet_schema (id int8 PRIMARY KEY, version int8 NOT NULL, application text NOT NULL);
            INSERT INTO martlet_schema VALUES (1, 1, 'martlet');
            INSERT INTO shop (id, tag_epoch, feeds) VALUES (1, 7, 3); COMMIT
            """, until: TestDatabase.patience)
        #expect(throws: PostgresError.self) { _ = try connector.connect(until: TestDatabase.patience) }
        #expect(try Migration.run(on: &connection, until: TestDatabase.patience) == 1)
        #expect(try Migration.run(on: &connection, until: TestDatabase.patience) == Schema.version)
        #expect(try Self.history(of: database) == History(number: 0, feeds: 3))
        #expect(try Self.history(of: database) == History(number: 0, feeds: 3))
    }
}
