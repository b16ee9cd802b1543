import Loyalty
import Storage
import TestSupport
import Testing

@testable import PostgresStore

/// The count of logs of changes, which has an end.
@Suite(.enabled(if: PostgreSQLServer.isInstalled)) struct ChangeFeedTests {
    private func countOfLogs(after database: TestDatabase, migrating: Bool) throws -> Int64? {
        let store = try PostgresStore(
            database.connector(), migrates: migrating, limits: StorageLimits(),
            clock: { Timestamp(milliseconds: 1_700_000_000_000) }, log: .none)
        store.stop()
        return try database.integer("SELECT feeds FROM shop")
    }

    /// Scripts may run a command for each sale.
    @Test func aServerBeginsOneLogAndACommandNone() throws {
        let database = try TestDatabase()
        #expect(try countOfLogs(after: database, migrating: false) == 0)
        #expect(try countOfLogs(after: database, migrating: true) == 1)
    }
}
