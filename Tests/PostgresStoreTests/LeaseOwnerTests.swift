import Loyalty
import Posix
import Storage
import TestSupport
import Testing

@testable import PostgresStore

/// Instances of which one took over the row of another.
@Suite(.enabled(if: PostgreSQLServer.isInstalled)) struct LeaseOwnerTests {
    private func open(_ database: TestDatabase) throws -> PostgresStore {
        try PostgresStore(
            database.connector(), migrates: false, limits: StorageLimits(),
            clock: { Timestamp(milliseconds: 1_700_000_000_000) }, log: .none)
    }

    /// Seeks the lead, and returns the holder of the lease.
    private func holder(_ store: PostgresStore, _ database: TestDatabase) throws -> Int64? {
        let leadership = store.leadership
        try eventually("it leads") { leadership.isLeading }
        return try database.integer("SELECT owner FROM dispatcher")
    }

    @Test func theyNeverHoldTheLeaseTogether() throws {
        let database = try TestDatabase()
        let idle = try open(database)
        try database.run("UPDATE instances SET seen_at = 0")
        let next = try open(database)
        defer { next.stop() }
        #expect(try database.column("SELECT id FROM instances").count == 1)
        let first = try holder(idle, database)
        idle.stop()
        #expect(try holder(next, database) != first)
    }

    /// Another machine's clock was an hour ahead.
    @Test func aLeaseThatEndsTooLateIsTaken() throws {
        let database = try TestDatabase()
        try database.run("UPDATE dispatcher SET owner = 5, until = (extract(epoch FROM now()) * 1000)::int8 + 3600000")
        let store = try open(database)
        defer { store.stop() }
        #expect(try holder(store, database) != 5)
    }

    @Test func theRowOfAnIdleServerStaysInUse() throws {
        let database = try TestDatabase()
        let idle = try open(database)
        defer { idle.stop() }
        try database.run("UPDATE instances SET seen_at = 0")
        idle.startSweepingSessions()
        try eventually("it renews its row") { try database.integer("SELECT seen_at FROM instances") ?? 0 > 0 }
    }
}
