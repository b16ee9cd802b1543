import EndToEndSupport
import Foundation
import Posix
import TestSupport
import Testing

/// Other programs write into the files of a running server, which stay where they are.
@Suite(.serialized, .filesOfSQLite)
struct OverwriteTests {
    private let shop: OverwrittenShop

    init() throws {
        shop = try OverwrittenShop()
    }

    /// Lines of a shell that destroy acknowledged orders.
    private static let destructions = [
        "cp other.db martlet.db", "cp -p other.db martlet.db", "cat other.db >martlet.db",
        "dd if=other.db of=martlet.db bs=4096 count=1 skip=2 seek=7 conv=notrunc",
        "dd if=/dev/zero of=martlet.db bs=4096 count=8 conv=notrunc", ": >martlet.db",
        "truncate -s $(($(stat -c %s martlet.db) / 2)) martlet.db", "printf x >>martlet.db",
        "cp old-wal martlet.db-wal", "cp -p old-wal martlet.db-wal", ": >martlet.db-wal",
        "truncate -s $(($(stat -c %s martlet.db-wal) / 2)) martlet.db-wal",
        "dd if=/dev/zero of=martlet.db-wal bs=4096 count=1 seek=1 conv=notrunc",
    ]

    /// No operation has to come for the fault to be noticed.
    @Test(arguments: destructions) func anIdleServerNoticesWithinASecond(line: String) throws {
        let (server, client) = try shop.open()
        try shop.run(line)
        let admin = try Client(endpoint: server.adminEndpoint())
        let began = Date()
        try eventually(line) { try admin.send("GET", "/readyz").status == 503 }
        #expect(Date().timeIntervalSince(began) < 1)
        #expect(try client.send("POST", "/api/user/orders", orderNumber(1_000)).status != 202)
        try shop.expectRefusedEnd(server)
    }

    @Test(arguments: destructions) func theNextUploadIsRefused(line: String) throws {
        let (server, client) = try shop.open()
        try shop.run(line)
        let answer = try client.send("POST", "/api/user/orders", orderNumber(1_000))
        // If the session itself is destroyed, the client has to sign in.
        #expect([401, 500, 503].contains(answer.status), "\(answer.status)")
        try shop.expectRefusedEnd(server)
    }

    /// After the fault was logged, nothing is acknowledged; and it is logged soon.
    @Test(arguments: destructions) func aBusyServerNotices(line: String) throws {
        let (server, client) = try shop.open()
        let load = UploadLoad(client, first: 2_000)
        try eventually("uploads are under way") { load.acknowledged > 20 }
        try shop.run(line)
        try eventually(within: 2, line) { server.logText.contains("\"level\":\"error\"") }
        load.stop()
        #expect(load.acknowledgedAfterRefusal == 0)
        try shop.expectRefusedEnd(server)
    }

    /// Without the mapped index, no connection can go on; everything is in the log.
    @Test(arguments: [": >martlet.db-shm", "truncate -s 0 martlet.db-shm"])
    func aCutIndexEndsTheServer(line: String) throws {
        let (server, client) = try shop.open()
        #expect(try client.send("POST", "/api/user/orders", orderNumber(1_000)).status == 202)
        try shop.run(line)
        #expect(try server.waitForEnd() == 74)
        let lines = server.logText.split(separator: "\n").filter { $0.contains("\"level\":\"error\"") }
        #expect(lines.count == 1 && lines[0].hasPrefix("{\"time\":\"2") && lines[0].contains("-shm"), "\(lines)")
        #expect(try shop.command("check").output.contains("\(OverwrittenShop.orders + 1) orders"))
    }

    /// An index of the past names an earlier end of the log, which the next commit would overwrite.
    @Test func anOldIndexIsNoticed() throws {
        let (server, client) = try shop.open()
        try shop.run("cp martlet.db-shm old-shm")
        #expect(try client.send("POST", "/api/user/orders", orderNumber(1_000)).status == 202)
        try shop.run("dd if=old-shm of=martlet.db-shm conv=notrunc")
        #expect(try client.send("POST", "/api/user/orders", orderNumber(1_001)).status == 503)
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 74)
        #expect(try shop.command("check").output.contains("\(OverwrittenShop.orders + 1) orders"))
    }

    /// SIGBUS of another origin ends the process as the system has it.
    @Test func aSignalSentByHandIsNoCutIndex() throws {
        let (server, _) = try shop.open()
        server.signal(SIGBUS)
        #expect(try server.waitForEnd() == -SIGBUS)
        #expect(!server.logText.contains("\"level\":\"error\""))
    }

    /// Backup programs, administrators and SQLite's own programs do all this.
    @Test func harmlessProgramsRaiseNoAlarm() throws {
        let (server, client) = try shop.open()
        var lines = [
            "touch martlet.db martlet.db-wal martlet.db-shm", "touch -m -d 2001-01-01 martlet.db martlet.db-wal",
            "chmod 640 martlet.db martlet.db-wal martlet.db-shm", "chmod 600 martlet.db martlet.db-wal martlet.db-shm",
            "chown $(id -u) martlet.db martlet.db-wal martlet.db-shm", "cat martlet.db martlet.db-wal >/dev/null",
            "cp martlet.db copy.db && cp martlet.db-wal copy.db-wal", "cp -p martlet.db copy.db",
            "tar cf copy.tar martlet.db*",
            "ln martlet.db second.db && rm second.db", "dd if=/dev/null of=martlet.db conv=notrunc,fsync",
            ": >>martlet.db; : >>martlet.db-wal; : >>martlet.db-shm", "sync",
            "\"$M\" backup backup.db", "\"$M\" stats", "\"$M\" check",
        ]
        if FileManager.default.isExecutableFile(atPath: "/usr/bin/sqlite3") {
            lines += [
                "\(Self.sqlite3) 'SELECT count(*) FROM orders'", "\(Self.sqlite3) .schema",
                "\(Self.sqlite3) 'PRAGMA wal_checkpoint'", "\(Self.sqlite3) 'PRAGMA wal_checkpoint(TRUNCATE)'",
                "\(Self.sqlite3) 'BEGIN IMMEDIATE; ROLLBACK'", "\(Self.sqlite3) .quit",
                Self.longTransaction(ending: "ROLLBACK"), Self.longTransaction(ending: "COMMIT"),
                Self.longTransaction(after: "(TRUNCATE)", ending: "ROLLBACK"),
                Self.longTransaction(after: "(TRUNCATE)", ending: "COMMIT"),
            ]
            lines += Self.maintenance
        }
        for (number, line) in lines.enumerated() {
            try shop.run(line)
            let answer = try client.send("POST", "/api/user/orders", orderNumber(1_000 + number))
            #expect(answer.status == 202, "\(line): \(answer.status) \(server.logText)")
        }
        let admin = try Client(endpoint: server.adminEndpoint())
        let end = Date(timeIntervalSinceNow: 1)
        while Date() < end { #expect(try admin.send("GET", "/readyz").status == 200, "an idle server looks too") }
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0, "\(server.logText)")
        #expect(!server.logText.contains("\"level\":\"error\""), "\(server.logText)")
        #expect(try shop.command("check").status == 0)
    }

    /// SQLite's shell on the shop's database. It waits for a lock that the server holds.
    private static let sqlite3 = "sqlite3 -cmd '.timeout 30000' martlet.db"

    /// Commands of an owner that write through SQLite, followed by a checkpoint.
    private static let maintenance = ["VACUUM", "ANALYZE", "CREATE TABLE x (a); DROP TABLE x"].flatMap { statement in
        ["PRAGMA wal_checkpoint", "PRAGMA wal_checkpoint(TRUNCATE)"].map { "\(sqlite3) '\(statement); \($0)'" }
    }

    /// A transaction of another program that fills its cache, so that frames are written to an empty log, and then
    /// takes longer than two looks at the files.
    private static func longTransaction(after checkpoint: String = "", ending end: String) -> String {
        let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
        return
            "\(sqlite3) 'PRAGMA wal_checkpoint\(checkpoint)'; (echo 'PRAGMA cache_size=10; BEGIN IMMEDIATE; "
            + "CREATE TABLE y (a); \(rows) INSERT INTO y SELECT randomblob(900) FROM n;'; sleep 1.2; echo 'DROP TABLE y; \(end);') | \(sqlite3)"
    }

    /// After an orderly stop the log is empty, and the index has no position until the first commit.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/sqlite3")), arguments: maintenance)
    func maintenanceSoonAfterAStartRaisesNoAlarm(line: String) throws {
        let (first, client) = try shop.open()
        try OverwrittenShop.stop(first)
        let server = try shop.serve()
        _ = try client.reconnected(to: server)
        try shop.run(line)
        #expect(try client.send("POST", "/api/user/orders", orderNumber(900)).status == 202, "\(server.logText)")
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0, "\(server.logText)")
        #expect(try shop.command("check").status == 0)
    }
}
