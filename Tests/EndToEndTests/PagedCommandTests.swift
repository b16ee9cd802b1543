import EndToEndSupport
import Foundation
import JSON
import TestSupport
import Testing

/// Commands that ask a database of PostgreSQL for one page after the other.
@Suite(.enabled(if: PostgreSQLServer.isInstalled), .onSQLite("it names its engine itself"))
struct PagedCommandTests {
    /// The sessions that the server has begun so far.
    private static func sessionCount(_ server: PostgreSQLServer) -> Int {
        server.log.components(separatedBy: "connection authorized").count - 1
    }

    @Test func aListOpensTheDatabaseOnce() throws {
        let database = try PostgreSQLServer(isDurable: true, settings: ["log_connections=on"])
        defer { database.remove() }
        let name = try database.makeDatabase()
        let folder = try Folder()
        let environment = ["DATABASE_URI": database.address(of: name)]
        let server = try Server.serving(in: folder, environment: environment)
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0, "\(server.logText)")
        let (userCount, pageCount) = (950, 10)
        try database.run(
            """
            WITH added AS (INSERT INTO users (login, password_hash, created_at)
                SELECT 'user ' || n, '', 0 FROM generate_series(1, \(userCount)) AS n RETURNING id)
            INSERT INTO balances (user_id) SELECT id FROM added
            """, in: name)
        let before = Self.sessionCount(database)
        let command = try Server(in: folder, arguments: ["user", "list", "--json"], environment: environment)
        #expect(try command.waitForEnd() == 0, "\(command.logText)")
        let list = try JSONParser.parse(Array(command.outputText.utf8)).object
        #expect(list?["users"]?.array?.count == userCount)
        // One to open the database, one that looks at its state, and one to read each page.
        let count = Self.sessionCount(database) - before
        #expect((pageCount...pageCount + 4).contains(count), "\(count) sessions")
    }
}
