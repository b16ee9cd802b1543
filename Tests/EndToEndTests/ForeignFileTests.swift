import EndToEndSupport
import Foundation
import SQLite
import Testing

/// Databases that another program has changed: Martlet uses only what it made itself, and no value in a file ends the
/// process.
@Suite(.serialized, .filesOfSQLite)
struct ForeignFileTests {
    private func run(_ arguments: String..., in folder: Folder) throws -> (status: Int32, log: String, output: String) {
        let command = try Server(in: folder, arguments: arguments)
        return (try command.waitForEnd(), command.logText, command.outputText)
    }

    /// A database with a user, an order and a session, changed by a script.
    private func changed(by script: String, in folder: Folder) throws {
        let server = try Server.serving(in: folder)
        let client = try server.client()
        try client.register("anna")
        #expect(try client.send("POST", "/api/user/orders", orderNumber(1)).status == 202)
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        let database = try Database(path: folder.file("martlet.db"), mode: .readWriteCreate)
        defer { database.close() }
        try database.execute("PRAGMA journal_mode = DELETE")
        try database.execute(script)
    }

    @Test(arguments: [
        (
            "CREATE TRIGGER evil AFTER INSERT ON users BEGIN DELETE FROM orders; END",
            "the trigger evil on users is not Martlet's"
        ),
        ("CREATE VIEW evil AS SELECT * FROM users", "the view evil is not Martlet's"),
        ("CREATE TABLE evil (a)", "the table evil is not Martlet's"),
        ("CREATE INDEX evil ON users (lower(login))", "the index evil on users is not Martlet's"),
        ("DROP TRIGGER ledger_keeps_amounts", "the trigger ledger_keeps_amounts on ledger is missing"),
        ("DROP INDEX ledger_accruals", "the index ledger_accruals on ledger is missing"),
        ("ALTER TABLE sessions ADD COLUMN evil INTEGER AS (user_id)", "the table sessions is not as Martlet made it"),
        (
            "DROP TABLE ledger_notes; CREATE VIEW ledger_notes AS SELECT 1 AS ledger_id",
            "the view ledger_notes is not as Martlet made it"
        ),
        (
            """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, ' CHECK (current >= 0)', '') WHERE name = 'balances';
            """, "the table balances is not as Martlet made it"
        ),
        (
            """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, ' STRICT,', '') WHERE name = 'orders';
            """, "the table orders is not as Martlet made it"
        ),
        (
            "CREATE TRIGGER \"a\u{1B}[2J\u{202E}\" AFTER INSERT ON users BEGIN SELECT 1; END",
            "the trigger a??2J? on users"
        ),
    ])
    func whatMartletDidNotMakeIsRefused(script: String, words: String) throws {
        let folder = try Folder()
        try changed(by: script, in: folder)
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.file("martlet.db")))
        for (arguments, status) in [(["check"], Int32(65)), (["user", "list"], 65), (["backup", "b.db"], 65)] {
            let command = try Server(in: folder, arguments: arguments)
            #expect(try command.waitForEnd() == status, "\(arguments) \(command.logText)")
            #expect(command.logText.contains(words), "\(command.logText)")
        }
        let server = try Server.launched(in: folder)
        #expect(try server.waitForEnd() == 69)
        #expect(server.logText.contains(words), "\(server.logText)")
        let restored = try run("restore", "martlet.db", "-d", "new.db", in: folder)
        #expect(restored.status == 65 && restored.log.contains(words), "\(restored)")
        #expect(!FileManager.default.fileExists(atPath: folder.file("new.db")))
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("martlet.db"))) == before)
    }

    /// A file lacks its end, as after a copy onto a full disk.
    @Test func aFileThatIsCutIsDamaged() throws {
        let folder = try Folder()
        try changed(by: "SELECT 1", in: folder)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file("martlet.db")))
        try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: folder.file("cut.db")))
        let database = ["-d", "cut.db"]
        for (arguments, advice) in [
            (["check"] + database, "restore the newest backup"), (["backup", "b.db"] + database, "restore the newest"),
            (["user", "list"] + database, "restore the newest"), (["restore", "cut.db"], "take another backup"),
        ] {
            let command = try Server(in: folder, arguments: arguments)
            #expect(try command.waitForEnd() == 65, "\(arguments) \(command.logText)")
            #expect(command.logText.contains("It is damaged: \(advice)"), "\(arguments) \(command.logText)")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.file("b.db")))
        #expect(try run("check", in: folder).status == 0)
    }

    /// An owner may have SQLite count what is in the tables.
    @Test func statisticsTablesOfSQLiteAreAccepted() throws {
        let folder = try Folder()
        try changed(by: "ANALYZE", in: folder)
        #expect(try run("check", in: folder).status == 0)
        let server = try Server.serving(in: folder)
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
    }

    /// Values that Martlet would never have stored: the check names the rule, and a server serves the others.
    @Test(arguments: [
        ("UPDATE orders SET number = ''", "each order number has"),
        ("UPDATE orders SET number = '../../admin'", "each order number has"),
        ("UPDATE orders SET number = printf('%02000d', 0)", "each order number has"),
        ("UPDATE users SET login = printf('%0300d', 7)", "each login has"),
        ("UPDATE users SET login = CAST(x'c328' AS TEXT)", "each login has"),
        ("UPDATE users SET login = CAST(zeroblob(3000000) AS TEXT)", "each login has"),
        (
            "UPDATE users SET password_hash = '$argon2id$v=19$m=4194304,t=99,p=1$c2FsdHNhbHQ$aGFzaGhhc2g'",
            "each login has"
        ),
        ("UPDATE sessions SET token_hash = x'00'", "each session is named"),
        ("UPDATE users SET created_at = 9223372036854775807", "each time is"),
        ("UPDATE orders SET uploaded_at = -9223372036854775808", "each time is"),
        ("PRAGMA ignore_check_constraints = ON; UPDATE orders SET status = 77", "each order has a known status"),
        ("UPDATE balances SET current = 9223372036854775807, withdrawn = 9223372036854775807", "all that a user"),
        ("INSERT INTO reward_rules VALUES (1, CAST(x'ff' AS TEXT), 1, 5)", "each reward rule has a usable id, a text"),
    ])
    func noValueOfAFileEndsTheServer(script: String, rule: String) throws {
        let folder = try Folder()
        try changed(by: script, in: folder)
        let check = try run("check", in: folder)
        #expect(check.status == 65, "\(check)")
        #expect(check.output.split(separator: "\n").contains { $0.hasPrefix("FAILED \(rule)") }, "\(check)")
        let restored = try run("restore", "martlet.db", "-d", "new.db", in: folder)
        #expect(restored.status == 65, "\(restored)")
        for command in [["user", "list"], ["order", "list"], ["stats"], ["user", "show", "anna"]] {
            #expect([0, 65, 66, 69].contains(try Server(in: folder, arguments: command).waitForEnd()), "\(command)")
        }
        let server = try Server.serving(in: folder)
        let client = try server.client()
        _ = try client.send("POST", "/api/user/login", #"{"login":"anna","password":"secret"}"#)
        let other = try server.client()
        try other.register("boris")
        #expect(try other.send("POST", "/api/user/orders", orderNumber(9)).status == 202)
        for path in ["/api/user/orders", "/api/user/balance", "/api/user/ledger"] {
            _ = try client.send("GET", path)
        }
        #expect([200, 204].contains(try other.send("GET", "/api/user/orders").status))
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0, "\(server.logText)")
    }
}
