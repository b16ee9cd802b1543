import Loyalty
import Posix
import Storage
import TestSupport
import Testing

@testable import PostgresStore

/// Commands of the owner on a database that does not acknowledge writes.
@Suite(.enabled(if: PostgreSQLServer.isInstalled)) struct OwnerDoubtTests {
    private static let actor = Actor(system: "root")

    /// - Parameter standby: `nil` if commits are to wait for none.
    private static func require(standby: String?, on server: PostgreSQLServer) throws {
        let change = standby.map { "SET synchronous_standby_names = '\($0)'" } ?? "RESET synchronous_standby_names"
        try server.run("ALTER SYSTEM \(change)")
        try server.run("SELECT pg_reload_conf()")
    }

    private static func open(_ database: TestDatabase) throws -> PostgresStore {
        try PostgresStore(
            database.connector(), migrates: false, claimsRow: false, limits: StorageLimits(),
            clock: { Timestamp(milliseconds: 1_700_000_000_000) }, log: .none)
    }

    @Test func aCommandThatOnlyReadsWritesNothing() throws {
        let server = try PostgreSQLServer()
        defer { server.remove() }
        let database = try TestDatabase(on: server)
        let users = try database.addPlainUsers(3)
        try Self.require(standby: "missing", on: server)
        let store = try Self.open(database)
        defer { store.stop() }
        let owner = try store.makeOwnerRepository(until: Cancellation())
        defer { owner.close() }
        #expect(try owner.users(after: nil, limit: 10).map(\.id) == users)
        #expect(try owner.statistics().users[.active] == 3)
        #expect(try owner.leadersReport() != nil)
        #expect(try database.integer("SELECT count(*) FROM instances") == 0)
    }

    @Test func aCommandClaimsItsRowWithItsFirstWrite() throws {
        let database = try TestDatabase()
        let store = try Self.open(database)
        defer { store.stop() }
        let owner = try store.makeOwnerRepository(until: Cancellation())
        defer { owner.close() }
        for isOpen in [true, false] {
            _ = try owner.apply(.setRegistration(isOpen: isOpen), by: Self.actor)
            #expect(try owner.isRegistrationOpen() == isOpen)
            #expect(try database.column("SELECT transaction FROM instances") == [isOpen ? 1 : 2])
        }
        #expect(try database.brokenRules() == [])
    }

    /// An owner who is told that nothing was written would repeat the change.
    @Test func aChangeWhoseCommitIsInDoubtIsNotCalledAFailure() throws {
        let server = try PostgreSQLServer()
        defer { server.remove() }
        let store = try Self.open(TestDatabase(on: server))
        defer { store.stop() }
        let owner = try store.makeOwnerRepository(until: Cancellation())
        defer { owner.close() }
        _ = try owner.apply(.setRegistration(isOpen: true), by: Self.actor)
        try Self.require(standby: "missing", on: server)
        var (doneCount, refusal) = (1, "")
        try eventually("a commit waits for the standby") {
            do throws(StoreError) {
                // Each one is a change, since only changes are recorded.
                _ = try owner.apply(.setRegistration(isOpen: doneCount.isMultiple(of: 2)), by: Self.actor)
                doneCount += 1
                return false
            } catch {
                refusal = error.description
                return true
            }
        }
        #expect(
            refusal
                == "It is unknown whether the change was made. Look with martlet actions before you repeat it, once the "
                + "database takes writes again.")
        try Self.require(standby: nil, on: server)
        try eventually("the database takes writes again") { store.obstacle == nil }
        let actions = try owner.actions(before: nil, limit: 10_000)
        #expect(actions.count == doneCount + 1, "the change was made")
    }
}
