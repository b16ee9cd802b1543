import EndToEndSupport
import Foundation
import TestSupport
import Testing

/// The owner's commands, beside a running server and without one.
@Suite(.serialized, .filesOfSQLite)
struct MaintenanceTests {
    /// Runs a command in the folder and returns how it ended.
    private func run(_ arguments: String..., in folder: Folder) throws -> (status: Int32, output: String, log: String) {
        let command = try Server(in: folder, arguments: arguments)
        return (try command.waitForEnd(), command.outputText, command.logText)
    }

    @Test func backUpCheckAndRestore() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        let client = try server.client()
        try client.register("user")
        #expect(try client.send("POST", "/api/user/orders", orderNumber(1)).status == 202)

        let attributes = try FileManager.default.attributesOfItem(atPath: folder.file("martlet.db-control"))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let check = try run("check", in: folder)
        #expect(check.status == 0 && check.output.contains("passed: 1 user, 1 order"), "\(check)")
        // Its path is the command's, whatever the server's working directory is.
        let backup = try run("backup", "first.db", in: folder)
        #expect(backup.status == 0 && backup.output.contains("/first.db: 1 user, 1 order"), "\(backup)")
        #expect(try run("backup", "first.db", in: folder).status == 69)
        let refused = try run("restore", "first.db", in: folder)
        #expect(refused.status == 69 && refused.log.contains("A server runs on the database"), "\(refused)")

        #expect(try client.send("POST", "/api/user/orders", orderNumber(2)).status == 202)
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        #expect(!FileManager.default.fileExists(atPath: folder.file("martlet.db-control")))
        #expect(try run("check", in: folder).output.contains("1 user, 2 orders"))
        #expect(try run("backup", "second.db", in: folder).status == 0)
        let restored = try run("restore", "first.db", in: folder)
        #expect(restored.status == 0 && restored.output.contains("is kept as"), "\(restored)")
        #expect(try run("check", in: folder).output.contains("1 user, 1 order"))

        let again = try Server.serving(in: folder)
        let same = try again.client()
        same.authorization = client.authorization
        #expect(try same.send("GET", "/api/user/orders").json?.array?.count == 1)
        #expect(try same.send("POST", "/api/user/orders", orderNumber(2)).status == 202)
    }

    /// A server under systemd has an account of its own, and only root can restore for it.
    @Test(.enabled(if: geteuid() == 0)) func aRestoreByRootKeepsTheOwner() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        #expect(try run("backup", "b.db", in: folder).status == 0)
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        let nobody: UInt32 = 65534
        #expect(chown(folder.file("martlet.db"), nobody, nobody) == 0)
        #expect(try run("restore", "b.db", in: folder).status == 0)
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.file("martlet.db"))
        #expect(attributes[.ownerAccountID] as? UInt32 == nobody)
        #expect(attributes[.groupOwnerAccountID] as? UInt32 == nobody)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    /// After a kill, what only the log holds is checked and backed up too.
    @Test func aKilledServersDatabaseIsRead() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        let client = try server.client()
        try client.register("user")
        for index in 1...20 { #expect(try client.send("POST", "/api/user/orders", orderNumber(index)).status == 202) }
        server.killAtOnce()
        #expect(try run("check", in: folder).output.contains("1 user, 20 orders"))
        #expect(try run("backup", "b.db", in: folder).status == 0)
        #expect(try run("check", "-d", "b.db", in: folder).output.contains("1 user, 20 orders"))
    }

    @Test func impossibleCommandsAreReported() throws {
        let folder = try Folder()
        for (arguments, status, words) in [
            (["check"], Int32(69), "no database"), (["backup", "b.db"], 69, "no database"),
            (["restore", "missing.db"], 69, "no file"), (["backup"], 64, "FILE is missing"),
            (["restore", "a", "b"], 64, "unexpected argument"), (["check", "x"], 64, "unexpected argument"),
        ] {
            let command = try Server(in: folder, arguments: arguments)
            #expect(try command.waitForEnd() == status, "\(arguments)")
            #expect(command.logText.contains(words), "\(arguments): \(command.logText)")
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { $0.count > 20 },
            "no file was made")
    }

    @Test func scheduledBackupsAreMade() throws {
        let folder = try Folder()
        let backups = folder.file("backups")
        try FileManager.default.createDirectory(atPath: backups, withIntermediateDirectories: false)
        for name in ["martlet-20200101T000000Z.db", "martlet-20200102T000000Z.db", "notes.txt"] {
            try Data().write(to: URL(fileURLWithPath: "\(backups)/\(name)"))
        }
        let server = try Server.serving(
            in: folder, environment: ["MARTLET_BACKUPS_FOLDER": "backups", "MARTLET_BACKUPS_KEEP": "2"])
        try server.client().register("user")
        try eventually("a backup is there, and the oldest has gone") {
            let names = try FileManager.default.contentsOfDirectory(atPath: backups).sorted()
            return names.count == 3 && !names.contains("martlet-20200101T000000Z.db") && names.contains("notes.txt")
        }
        let newest = try #require(
            try FileManager.default.contentsOfDirectory(atPath: backups).filter { $0.hasSuffix("Z.db") }.max())
        #expect(try run("check", "-d", "backups/\(newest)", in: folder).status == 0)
    }
}
