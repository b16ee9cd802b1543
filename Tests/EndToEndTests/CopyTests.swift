import EndToEndSupport
import Foundation
import Posix
import SQLite
import TestSupport
import Testing

/// `martlet copy` between files of SQLite and databases of PostgreSQL.
@Suite(.serialized, .onSQLite("copies name the engines of their databases"))
struct CopyTests {
    private let shop: CopiedShop

    init() throws {
        shop = try CopiedShop()
    }

    private func makeDatabase() throws -> String {
        let server = try PostgreSQLServer.shared.get()
        return server.address(of: try server.makeDatabase())
    }

    /// A file that was copied to PostgreSQL and back has the rows of the first one, and servers work on each of both.
    @Test(.enabled(if: PostgreSQLServer.isInstalled)) func aShopIsTheSameThereAndBack() throws {
        let address = try makeDatabase()
        let before = try shop.rows(of: "martlet.db")
        let there = try shop.run("copy", "martlet.db", address)
        #expect(there.status == 0 && there.output.contains("copied martlet.db to postgresql://"), "\(there)")
        #expect(!(there.output + there.log).contains("s3cret"))
        let back = try shop.run("copy", address, "back.db")
        #expect(back.status == 0, "\(back)")
        #expect(try shop.rows(of: "back.db") == before)
        #expect(try shop.rows(of: "martlet.db") == before)
        #expect(try shop.run("check", "-d", address).status == 0)
        #expect(try shop.run("check", "-d", "back.db").status == 0)
        #expect(try shop.names(containing: "partial") == [])

        // New rows follow those that were copied, and a session of before is valid.
        let server = try Server.serving(in: shop.folder, environment: ["DATABASE_URI": address])
        let client = try server.client()
        client.authorization = shop.authorization
        #expect(try client.send("GET", "/api/user/balance").text == shop.balance)
        let number = orderNumber(424_242)
        #expect(try client.send("POST", "/api/user/orders", number).status == 202)
        try client.register("newcomer")
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0, "\(server.logText)")
        #expect(try shop.run("check", "-d", address).status == 0)
        let again = try shop.run("copy", address, "again.db", "--json")
        #expect(again.status == 0 && again.output.contains(#""to":"again.db""#), "\(again)")
        #expect(try shop.rows(of: "again.db")["users"]?.count == (before["users"]?.count ?? 0) + 1)
    }

    @Test func aFileIsCopiedToAFile() throws {
        let before = try shop.rows(of: "martlet.db")
        #expect(try shop.run("copy", "martlet.db", "sqlite:second.db").status == 0)
        #expect(try shop.rows(of: "second.db") == before)
        #expect(try shop.run("check", "-d", "second.db").status == 0)
    }

    @Test(.enabled(if: PostgreSQLServer.isInstalled)) func aDatabaseIsCopiedToADatabase() throws {
        let (first, second) = (try makeDatabase(), try makeDatabase())
        #expect(try shop.run("copy", "martlet.db", first).status == 0)
        #expect(try shop.run("copy", first, second).status == 0)
        #expect(try shop.run("copy", second, "back.db").status == 0)
        #expect(try shop.rows(of: "back.db") == shop.rows(of: "martlet.db"))
    }

    /// A refused copy leaves the source as it was and makes nothing.
    @Test func copiesAreRefused() throws {
        let before = try shop.rows(of: "martlet.db")
        try shop.folder.write("text", to: "taken.db")
        try shop.folder.write("log", to: "orphan.db-wal")
        let nowhere = "postgresql://anna:hunter2@127.0.0.1:1/x"
        let cases: [([String], Int32, String)] = [
            (["copy", "martlet.db"], 64, "TO is missing"),
            (["copy", "martlet.db", "a.db", "b.db"], 64, "unexpected argument"),
            (["copy", "missing.db", "a.db"], 69, "There is no database missing.db"),
            (["copy", "taken.db", "a.db"], 69, "not a database"),
            (["copy", "martlet.db", "taken.db"], 69, "There is a file taken.db already"),
            (["copy", "martlet.db", "martlet.db"], 69, "There is a file martlet.db already"),
            (["copy", "martlet.db", "orphan.db"], 69, "its log"),
            (["copy", "martlet.db", "no/such/folder.db"], 69, "no/such"),
            (["copy", "martlet.db", "."], 64, "TO: it names a folder"),
            (["copy", "mysql://x/y", "a.db"], 64, "FROM: "),
            (["copy", "martlet.db", nowhere], 69, "127.0.0.1:1"),
            (["copy", nowhere, "a.db"], 69, "127.0.0.1:1"),
            (["copy", "martlet.db", "postgres://x:hunter2@h/d?nonsense=1"], 64, "The address can't be used"),
        ]
        for (arguments, status, text) in cases {
            let ended = try shop.run(arguments)
            #expect(ended.status == status && ended.log.contains(text), "\(arguments): \(ended)")
            #expect(!ended.log.contains("hunter2"))
        }
        #expect(
            try shop.names(containing: ".db").filter { !$0.hasPrefix("martlet.db") && !$0.hasSuffix("-lock") } == [
                "orphan.db-wal", "taken.db",
            ])
        #expect(try shop.rows(of: "martlet.db") == before)
    }

    @Test(.enabled(if: PostgreSQLServer.isInstalled)) func noServerMayRunOnTheSource() throws {
        let address = try makeDatabase()
        let file = try Server.serving(in: shop.folder)
        let refused = try shop.run("copy", "martlet.db", address)
        #expect(refused.status == 69 && refused.log.contains("A server runs on the database martlet.db"), "\(refused)")
        file.signal(SIGTERM)
        #expect(try file.waitForEnd() == 0)
        #expect(try shop.run("copy", "martlet.db", address).status == 0)

        let server = try Server.serving(in: shop.folder, environment: ["DATABASE_URI": address])
        let used = try shop.run("copy", address, "a.db")
        #expect(used.status == 69 && used.log.contains("stop all servers of the database"), "\(used)")
        #expect(try shop.names(containing: "a.db").isEmpty)
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        #expect(try shop.run("copy", address, "a.db").status == 0)
    }

    @Test(.enabled(if: PostgreSQLServer.isInstalled)) func anEmptyDatabaseIsNeeded() throws {
        let server = try PostgreSQLServer.shared.get()
        let name = try server.makeDatabase()
        try server.run("CREATE TABLE orders (id int)", in: name)
        let foreign = try shop.run("copy", "martlet.db", server.address(of: name))
        #expect(foreign.status == 69 && foreign.log.contains("tables of another program"), "\(foreign)")
        try server.run("DROP TABLE orders", in: name)
        #expect(try shop.run("copy", "martlet.db", server.address(of: name)).status == 0)
        let twice = try shop.run("copy", "martlet.db", server.address(of: name))
        #expect(twice.status == 69 && twice.log.contains("into an empty database only"), "\(twice)")
        let empty = try shop.run("copy", server.address(of: try server.makeDatabase()), "a.db")
        #expect(empty.status == 69 && empty.log.contains("no tables of Martlet"), "\(empty)")
    }

    /// Values that the schema takes and Martlet never stores, so that the copy has to find them.
    @Test(
        .enabled(if: PostgreSQLServer.isInstalled),
        arguments: [
            ("UPDATE users SET login = 'an' || char(0) || 'na' WHERE id = 1", "U+0000, which users, key 1 has"),
            ("UPDATE balances SET current = current + 1 WHERE user_id = 1", "does not pass its check"),
            ("UPDATE users SET login = CAST(x'616eff' AS TEXT) WHERE id = 1", "a value of users"),
        ]) func aDamagedShopIsNotCopied(change: String, text: String) throws
    {
        try shop.change("martlet.db", change)
        let server = try PostgreSQLServer.shared.get()
        let name = try server.makeDatabase()
        let ended = try shop.run("copy", "martlet.db", server.address(of: name))
        #expect([65, 69].contains(ended.status) && ended.log.contains(text), "\(ended)")
        // The database is empty again.
        try server.run("CREATE TABLE users (id int)", in: name)
        if !change.contains("char(0)") {
            let file = try shop.run("copy", "martlet.db", "a.db")
            #expect([65, 69].contains(file.status) && file.log.contains(text), "\(file)")
            #expect(try shop.names(containing: "a.db").isEmpty)
        }
    }
}
