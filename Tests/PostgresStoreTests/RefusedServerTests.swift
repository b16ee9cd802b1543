import Glibc
import Loyalty
import Posix
import Postgres
import Storage
import TestSupport
import Testing

@testable import PostgresStore

/// Servers and databases on which a promise would be broken are refused, with a sentence for the owner.
struct RefusedServerTests {
    /// Statements after which a database answers a new session as another server does, and a part of the refusal. A
    /// function of `public` hides that of the server, since the search path names `public` first.
    private static let refusals: [(sql: String, refusal: String)] = [
        (text("version", "CockroachDB CCL v23.1.11 (x86_64-pc-linux-gnu)"), "the server is CockroachDB, on which"),
        (text("version", "PostgreSQL 15.2-YB-2.25.0.0-b0 on x86_64"), "the server is YugabyteDB, on which"),
        (
            "CREATE FUNCTION public.pg_backend_pid() RETURNS int4 LANGUAGE sql AS 'SELECT 1'",
            "a connection pooler is between Martlet and the server"
        ),
        (
            "UPDATE pg_database SET encoding = pg_char_to_encoding('LATIN1') WHERE datname = current_database()",
            "the database has the encoding LATIN1; Martlet needs UTF8"
        ),
        (
            "UPDATE martlet_schema SET version = version + 1",
            "made by a later Martlet (schema \(Schema.version + 1), and this one has \(Schema.version))"
        ),
    ]

    private static func text(_ function: String, _ text: String) -> String {
        "CREATE FUNCTION public.\(function)() RETURNS text LANGUAGE sql AS $$ SELECT '\(text)'::text $$"
    }

    @Test(.enabled(if: PostgreSQLServer.isInstalled), arguments: refusals)
    func aServerAndACommandRefuseIt(sql: String, refusal: String) throws {
        let database = try TestDatabase()
        try database.run("ALTER DATABASE \(database.name) SET search_path = public, pg_catalog; \(sql)")
        for migrates in [true, false] {
            try Self.expectRefusal(refusal, of: database.connector(), migrates: migrates)
        }
    }

    /// - Parameter migrates: true for the start of a server, and false for a command.
    private static func expectRefusal(
        _ refusal: String, of connector: StoreConnector, migrates: Bool
    ) throws {
        let error = #expect(throws: StoreError.self) {
            let store = try PostgresStore(
                connector, migrates: migrates, limits: StorageLimits(), clock: { Timestamp(milliseconds: 0) },
                log: .none)
            store.stop()
        }
        #expect(error?.description.contains(refusal) == true, "\(String(describing: error))")
    }

    /// No server tells a version that it does not have, so a double does.
    @Test func aServerOfAnEarlierVersionIsRefused() throws {
        let listener = try LoopbackListener()
        let server = Posix.Thread(name: "old server") {
            while let connection = listener.accept() {
                Self.greet(connection)
                Glibc.close(connection)
            }
        }
        defer {
            listener.shutDown()
            server.join()
            listener.close()
        }
        let address = "postgresql://ann@127.0.0.1:\(listener.port)/shop?sslmode=disable&gssencmode=disable"
        try Self.expectRefusal(
            "the server is older than PostgreSQL 13", of: StoreConnector(address: address), migrates: true)
    }

    /// Answers the start of a session as PostgreSQL 12 does, and waits until the client leaves.
    private static func greet(_ connection: CInt) {
        let parameters = [
            ("server_version", "12.22"), ("server_encoding", "UTF8"), ("client_encoding", "UTF8"),
            // libpq would ask for them.
            ("default_transaction_read_only", "off"), ("in_hot_standby", "off"),
        ]
        var greeting = message("R", [0, 0, 0, 0])
        for (name, value) in parameters { greeting += message("S", Array("\(name)\0\(value)\0".utf8)) }
        greeting += message("K", [0, 0, 0, 1, 0, 0, 0, 2])
        greeting += message("Z", Array("I".utf8))
        var request = [UInt8](repeating: 0, count: 4_096)
        guard read(connection, &request, request.count) > 0,
            send(connection, greeting, greeting.count, CInt(MSG_NOSIGNAL)) == greeting.count
        else { return }
        _ = read(connection, &request, request.count)
    }

    /// A message of the protocol: a letter, the length of the rest with itself, and the rest
    /// (protocol-message-formats.html).
    private static func message(_ letter: String, _ body: [UInt8]) -> [UInt8] {
        Array(letter.utf8) + [0, 0, 0, UInt8(body.count + 4)] + body
    }
}
