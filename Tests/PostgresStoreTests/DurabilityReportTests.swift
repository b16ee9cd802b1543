import Glibc
import Loyalty
import Posix
import Postgres
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

    /// PostgreSQL shows a plain role that something receives its log, and not if that is a synchronous standby.
    @Test func aRoleThatCannotSeeStandbysIsNamed() throws {
        let server = try PostgreSQLServer()
        defer { server.remove() }
        try server.run("CREATE ROLE shop LOGIN PASSWORD '\(PostgreSQLServer.password)'")
        try server.run("CREATE DATABASE shop OWNER shop")
        var connection = try Self.connect(to: server, as: "shop")
        try server.run("ALTER SYSTEM SET synchronous_standby_names = 'missing'")
        try server.run("SELECT pg_reload_conf()")
        try eventually("it sees that there is no standby") {
            let durability = try Durability.read(on: &connection, until: TestDatabase.patience)
            return durability.lacksStandby && !durability.hidesStandbys
        }
        let receiver = try Self.startReceiver(of: server)
        defer {
            receiver.signal(SIGKILL)
            receiver.waitForEnd()
        }
        try eventually("it sees something, and not that it is no synchronous standby") {
            let durability = try Durability.read(on: &connection, until: TestDatabase.patience)
            return durability.hidesStandbys && !durability.lacksStandby
        }
        // With another setting, the commit would wait for the standby.
        try server.run("SET synchronous_commit = local; GRANT pg_read_all_stats TO shop")
        try eventually("it sees that there is no synchronous standby") {
            let durability = try Durability.read(on: &connection, until: TestDatabase.patience)
            return durability.lacksStandby && !durability.hidesStandbys
        }
    }

    private static func connect(to server: PostgreSQLServer, as role: String) throws -> Connection {
        let library = try PostgresLibrary.load()
        let address = server.address(of: role).replacing("//\(PostgreSQLServer.user):", with: "//\(role):")
        return try StoreConnector(address: try ConnectionAddress(address, with: library), library: library)
            .open(until: TestDatabase.patience)
    }

    /// Starts a session that could receive the server's log. The server lists it from its start, as an asynchronous
    /// standby.
    private static func startReceiver(of server: PostgreSQLServer) throws -> ChildProcess {
        try ChildProcess(
            try #require(PostgreSQLServer.psql),
            [
                "--no-psqlrc", "--quiet", "--host=\(server.folder)", "--port=\(server.port)",
                "--username=\(PostgreSQLServer.user)", "--command=SELECT pg_sleep(3600)",
                "dbname=postgres replication=database",
            ])
    }

    /// The server's setting when a session begins, the one that is loaded later, and that of the session.
    private static let reloads = [
        ("on", "off", "on"), ("on", "local", "on"), ("on", "remote_write", "on"), ("off", "local", "on"),
        ("remote_write", "off", "on"), ("remote_apply", "off", "remote_apply"),
    ]

    /// A session follows a file that is reloaded, except in what it has set itself.
    @Test func aSessionStaysDurableWhenTheServerReloadsItsSettings() throws {
        let server = try PostgreSQLServer()
        defer { server.remove() }
        let database = try TestDatabase(on: server)
        for (index, (first, later, kept)) in Self.reloads.enumerated() {
            let (firstMark, laterMark) = ("\(1_001 + 2 * index)kB", "\(1_002 + 2 * index)kB")
            try Self.reload(server, synchronousCommit: first, mark: firstMark)
            var session = PostgresSession(try database.connect(), until: TestDatabase.patience)
            try eventually("a session begins with the settings") {
                session = PostgresSession(try database.connect(), until: TestDatabase.patience)
                return try Self.settings(of: session).mark == firstMark
            }
            try Self.reload(server, synchronousCommit: later, mark: laterMark)
            try eventually("the session has the new settings") {
                try Self.settings(of: session).mark == laterMark
            }
            #expect(try Self.settings(of: session).synchronousCommit == kept, "\(first), then \(later)")
        }
    }

    /// - Parameter mark: a value of another setting, by which a session shows that it has the new ones.
    private static func reload(_ server: PostgreSQLServer, synchronousCommit: String, mark: String) throws {
        try server.run("ALTER SYSTEM SET synchronous_commit = \(synchronousCommit)")
        try server.run("ALTER SYSTEM SET work_mem = '\(mark)'")
        try server.run("SELECT pg_reload_conf()")
    }

    private static func settings(of session: PostgresSession) throws -> (synchronousCommit: String, mark: String) {
        let row = try #require(
            try session.rows(
                "SELECT current_setting('synchronous_commit'), current_setting('work_mem')", values: []
            ).first)
        try session.connection.finishTransaction(until: TestDatabase.patience)
        return (row.text(0), row.text(1))
    }

    private static let sentences: [(Durability, String?)] = [
        (Durability(), nil),
        (
            Durability(settingsOff: ["fsync", "full_page_writes"]),
            "The database could lose acknowledged writes: fsync is off, full_page_writes is off."
        ),
        (Durability(lacksStandby: true), "No synchronous standby is connected, and writes wait for one."),
        (
            Durability(hidesStandbys: true),
            "The role can't see if a synchronous standby is connected: GRANT pg_read_all_stats to it."
        ),
        (
            Durability(settingsOff: ["fsync"], lacksStandby: true),
            "The database could lose acknowledged writes: fsync is off. No synchronous standby is connected, and writes wait for one."
        ),
    ]

    @Test(arguments: sentences.indices) func eachFaultHasItsSentence(index: Int) {
        let (durability, sentence) = Self.sentences[index]
        #expect(durability.fault == sentence)
    }
}
