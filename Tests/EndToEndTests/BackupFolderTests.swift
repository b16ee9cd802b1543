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
}
