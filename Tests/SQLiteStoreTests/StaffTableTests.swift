import Loyalty
import SQLite
import Storage
import TestSupport
import Testing

@testable import SQLiteStore

/// The tables of the staff refuse statements that no code should run, and are swept.
struct StaffTableTests {
    /// A database with one row in each of the tables.
    private static let rows = """
        INSERT INTO users (login, password_hash, created_at) VALUES ('gopher', '', 0);
        INSERT INTO balances VALUES (1, 5, 0);
        INSERT INTO staff VALUES (1, 'anna', 1, 2, 0, '', NULL, 0, NULL);
        INSERT INTO staff_actions VALUES (1, 1, 'anna', 2, 1, '', 'registration.open', NULL, '', NULL, '', 0);
        INSERT INTO registration VALUES (1, 1);
        """

    @Test(arguments: [
        "UPDATE staff_actions SET note = 'another'", "DELETE FROM staff_actions",
        "INSERT INTO staff VALUES (2, 'anna', 2, 1, 0, '', x'01', 0, NULL)",
        "INSERT INTO staff VALUES (2, 'boris', 3, 1, 0, '', x'01', 0, NULL)",
        "INSERT INTO staff VALUES (2, 'boris', 1, 3, 0, '', NULL, 0, NULL)",
        "INSERT INTO registration VALUES (2, 1)", "UPDATE registration SET is_open = 2",
        "INSERT INTO figures VALUES (1, -1, 0, 0, 0, 0, 0, 0, 0)",
        "INSERT INTO ledger VALUES (NULL, 1, 5, '18', 5, 10, 0)",
    ])
    func theTablesRefuse(statement: String) throws {
        let folder = TemporaryFolder()
        let database = try Database(path: folder.file("test.db"), mode: .readWriteCreate)
        defer { database.close() }
        try Schema.migrate(database, from: 0)
        try database.execute(Self.rows)
        let error = #expect(throws: SQLiteError.self) { try database.execute(statement) }
        #expect(error?.isConstraint == true, "\(String(describing: error))")
    }

    @Test func expiredSessionsAndResponsesAreSwept() async throws {
        try await Fixture.with { fixture async throws in
            let now = fixture.clock.now
            let later = now.advanced(byMilliseconds: IdempotentRequest.lifetimeMilliseconds)
            try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                guard let name = try? StaffName("anna"),
                    case .now(.staff(let staff, _)) = try transaction.apply(
                        .addStaff(name, .owner, .sample("anna")), by: Actor(system: "root"), request: nil, at: now)
                else { preconditionFailure("a first account must be added") }
                let credentials = StaffCredentials(staff: staff, passwordHash: .sample("anna"))
                for (session, end) in [("ends", later), ("stays", later.advanced(byMilliseconds: 1))] {
                    _ = try transaction.addSession(
                        .sample(session, expiresAt: end), of: credentials, from: "192.0.2.1", at: now)
                }
                for (key, time) in [("ends", now), ("stays", now.advanced(byMilliseconds: 1))] {
                    let request = IdempotentRequest(
                        key: SessionID.sample(key).bytes, request: SessionID.sample(key).bytes,
                        response: { _ in StoredResponse(status: 200, body: [1]) })
                    _ = try transaction.apply(
                        .setRegistration(isOpen: true), by: Actor(staff, address: ""), request: request, at: time)
                }
            }
            #expect(fixture.store.writer.sweepSessions(at: now) == .removed(0))
            #expect(fixture.store.writer.sweepSessions(at: later) == .removed(1))
            #expect(try fixture.number("SELECT count(*) FROM staff_sessions") == 1)
            #expect(try fixture.number("SELECT count(*) FROM kept_responses") == 1)
            try fixture.expectPassesCheck()
        }
    }
}
