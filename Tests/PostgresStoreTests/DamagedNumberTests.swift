import Loyalty
import Posix
import Storage
import TestSupport
import Testing

@testable import PostgresStore

/// Numbers that no constraint of a table forbids, and that only a damaged database has.
@Suite(.enabled(if: PostgreSQLServer.isInstalled)) struct DamagedNumberTests {
    private static let damages = [
        "UPDATE balances SET version = 9223372036854775807", "UPDATE balances SET version = 0",
        "UPDATE instances SET transaction = 9223372036854775807", "UPDATE instances SET transaction = -1",
    ]

    @Test func numbersThatNoServerCountsToAreFound() throws {
        let database = try TestDatabase()
        let repair = "UPDATE balances SET version = 1; UPDATE instances SET transaction = 0"
        try database.server.run(
            """
            INSERT INTO users (id, login, password_hash, created_at) VALUES (1, 'ann', 'x', 0);
            INSERT INTO balances (user_id) VALUES (1);
            INSERT INTO instances (id, epoch, transaction, seen_at) VALUES (1, 1, 0, 0)
            """, in: database.name)
        #expect(try Self.faults(of: database) == [])
        for damage in Self.damages {
            try database.server.run(damage, in: database.name)
            #expect(try Self.faults(of: database) == ["exceptions: 1"], "\(damage)")
            try database.server.run(repair, in: database.name)
        }
    }

    @Test func theUserWithTheLeastIDIsNotExported() throws {
        let database = try TestDatabase()
        try database.server.run(
            """
            INSERT INTO users (id, login, password_hash, created_at) VALUES (\(Int64.min), 'ann', 'x', 0);
            INSERT INTO balances (user_id) VALUES (\(Int64.min))
            """, in: database.name)
        let maintenance = PostgresMaintenance(connector: try database.connector())
        var count = 0
        let isThere = try maintenance.export(try Login("ann"), until: Cancellation()) { _ in
            count += 1
            return true
        }
        #expect(isThere && count == 0)
    }

    private static func faults(of database: TestDatabase) throws -> [String] {
        let report = try PostgresMaintenance(connector: try database.connector()).check(until: Cancellation()) { _ in }
        let findings = report.findings.filter { $0.rule.hasPrefix("each user's version") }
        #expect(findings.count == 1)
        return findings.flatMap(\.faults)
    }
}
