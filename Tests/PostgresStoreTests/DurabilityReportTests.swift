import Loyalty
import Posix
import Storage
import TestSupport
import Testing

@testable import PostgresStore

/// A server reports a database that could lose acknowledged writes, or that acknowledges none.
@Suite(.enabled(if: PostgreSQLServer.isInstalled)) struct DurabilityReportTests {
    /// The leader's renewals wait for the standby and fail, and it reports the reason all the same.
    @Test func theLeaderReportsAMissingStandby() throws {
        let server = try PostgreSQLServer()
        defer { server.remove() }
        let store = try PostgresStore(
            TestDatabase(on: server).connector(), migrates: false, limits: StorageLimits(),
            clock: { Timestamp(milliseconds: 1_700_000_000_000) }, log: Log { _, _ in })
        defer { store.stop() }
        try eventually("it leads") { store.leadership.isLeading }
        #expect(store.weakness?.contains("standby") != true)
        try server.run("ALTER SYSTEM SET synchronous_standby_names = 'missing'")
        try server.run("SELECT pg_reload_conf()")
        try eventually("it reports the standby") { store.weakness?.contains("No synchronous standby") == true }
        try server.run("ALTER SYSTEM RESET synchronous_standby_names")
        try server.run("SELECT pg_reload_conf()")
        try eventually("it reports that the standby is no longer wanted") {
            store.weakness?.contains("standby") != true
        }
    }
}
