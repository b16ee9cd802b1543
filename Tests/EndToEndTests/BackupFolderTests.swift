import EndToEndSupport
import Foundation
import TestSupport
import Testing

/// The folders of backups: who sees them, and which of them are made.
@Suite(.backupsOfSQLite)
struct BackupFolderTests: BackupSuite {
    let folder: Folder

    init() throws { folder = try Folder.withBackups() }

    /// A server under systemd has a `/tmp` of its own. A file there is no backup.
    @Test(.enabled(if: geteuid() == 0), arguments: ["backup", "export"])
    func aFileThatOnlyTheServerSeesIsAFailure(command: String) throws {
        let line = #"mount -t tmpfs tmpfs b && exec "$M""#
        let server = try Server(
            in: folder, arguments: ["-m", "sh", "-c", line],
            environment: [
                "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "M": Server.executable, "RUN_ADDRESS": "127.0.0.1:0",
                "MARTLET_ACCRUAL_LISTEN": "127.0.0.1:0", "DATABASE_URI": folder.file("martlet.db"),
            ], executable: "/usr/bin/unshare")
        _ = try server.endpoint()
        let ended = try run(command, "b/one")
        #expect(ended.status == 69 && ended.log.contains("name a file in the database's folder"), "\(ended)")
        #expect(names == [])
        // A file that is there is not taken for the server's.
        try folder.write("old", to: "b/two")
        let refused = try run(command, "b/two")
        #expect(refused.status == 69 && refused.log.contains("There is a file"), "\(refused)")
        #expect(try run(command, "one").status == 0)
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
    }

    /// A volume of a container is empty at first. Any other folder may be that of a disk which is not mounted.
    @Test func onlyAFolderBesideTheDatabaseIsMade() throws {
        let server = try Server.serving(in: folder, environment: ["MARTLET_BACKUPS_FOLDER": "backups"])
        try eventually("the first backup is there") {
            let names = try? FileManager.default.contentsOfDirectory(atPath: folder.file("backups"))
            return names?.contains { $0.hasSuffix("Z.db") } == true
        }
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        let made = try run("backups", "make", environment: ["MARTLET_BACKUPS_FOLDER": "others"])
        #expect(made.status == 0, "\(made)")
        let refused = try run("backups", "make", environment: ["MARTLET_BACKUPS_FOLDER": "b/disk"])
        #expect(refused.status == 69, "\(refused)")
        #expect(names == [])
    }

    private static let neighbours = [
        ("b/martlet-20200101T000000Z.db", true), ("martlet.db.before-restore-20200101T000000Z", true),
        ("martlet.db.before-schema-7-1577836800", true), ("martlet.db.before-restore-20200101T000000Z-lock", false),
        ("other.db.before-restore-20200101T000000Z", false), ("b/notes", false),
    ]

    /// A database that was lost, or whose path is mistyped, would look like a new shop.
    @Test(arguments: neighbours)
    func aNewDatabaseBesideBackupsIsAWarning(name: String, isBackup: Bool) throws {
        try folder.write("old", to: name)
        let server = try Server.serving(in: folder, environment: ["MARTLET_BACKUPS_FOLDER": "b"])
        let made = #""message":"a new database was made at "#
        let lines = server.logText.split(separator: "\n").filter { $0.contains(made) }
        #expect(lines.count == 1 && lines[0].contains("/martlet.db"), "\(server.logText)")
        #expect(lines[0].contains(isBackup ? #""level":"warning""# : #""level":"info""#), "\(lines)")
        #expect(lines[0].contains("such as ") == isBackup, "\(lines)")
        if isBackup { #expect(lines[0].contains("/\(name): is the path right?"), "\(lines)") }
    }

    private static let oldShop = """
        {"type":"shop","version":1}
        {"type":"user","id":"1","login":"anna","password_hash":null,"created_at":"2024-01-01T00:00:00Z","current":0,"withdrawn":0}
        {"type":"end","users":1,"orders":0,"withdrawals":0}

        """

    /// The first start of a new shop makes a backup of nothing. The customers who come then registered long ago.
    @Test(arguments: ["import", "restore"])
    func aShopThatCameAfterTheFirstBackupIsBackedUpSoon(way: String) throws {
        let settings = ["MARTLET_BACKUPS_FOLDER": "b"]
        let first = try Server.serving(in: folder, environment: settings)
        try eventually("the first backup is there") { names.first?.hasSuffix("Z.db") == true }
        first.signal(SIGTERM)
        #expect(try first.waitForEnd() == 0)
        // The name of a backup is its time.
        let earlier = Self.backupName(secondsAgo: 300)
        try FileManager.default.moveItem(atPath: folder.file("b/\(names[0])"), toPath: folder.file("b/\(earlier)"))
        try folder.write(Self.oldShop, to: "shop.jsonl")
        let target = way == "import" ? "martlet.db" : "other.db"
        let imported = try run("import", "shop.jsonl", "-d", target)
        #expect(imported.status == 0, "\(imported)")
        if way == "restore" {
            let restored = try run("restore", target)
            #expect(restored.status == 0, "\(restored)")
        }
        let server = try Server.serving(in: folder, environment: settings)
        try eventually("the shop is backed up") { names.count == 2 && names.allSatisfy { $0.hasSuffix("Z.db") } }
        #expect(names[0] == earlier)
        let check = try run("check", "-d", "b/\(names[1])")
        #expect(check.output.contains("passed: 1 user"), "\(check)")
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
    }
}
