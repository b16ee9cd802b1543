import EndToEndSupport
import Foundation
import SQLite
import TestSupport
import Testing

/// The files of backups on file systems that can do less than most, and what an interrupted backup leaves.
@Suite(.serialized, .backupsOfSQLite)
struct BackupFileTests: BackupSuite {
    let folder: Folder

    init() throws { folder = try Folder.withBackups() }

    private func shell(_ line: String) throws -> (status: Int32, log: String, output: String) {
        let environment = ["PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "M": Server.executable]
        let shell = try Server(
            in: folder, arguments: ["-c", line], environment: environment, executable: "/bin/sh")
        return (try shell.waitForEnd(), shell.logText, shell.outputText)
    }

    private func makeShop() throws {
        let server = try Server.serving(in: folder)
        try server.client().register("anna")
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
    }

    /// A library that makes calls fail as such a file system does.
    private func library(_ calls: String...) throws -> String {
        let heads = [
            "link": "int link(const char *a, const char *b)",
            "renameat2": "int renameat2(int d, const char *a, int e, const char *b, unsigned int f)",
            "linkat": "int linkat(int d, const char *a, int e, const char *b, int f)",
            "rename": "int rename(const char *a, const char *b)",
        ]
        var text = "#include <errno.h>\n"
        for call in calls {
            let parts = call.split(separator: "=")
            text += "\(try #require(heads[String(parts[0])])) { errno = \(parts[1]); return -1; }\n"
        }
        try folder.write(text, to: "fail.c")
        let built = try shell("cc -w -shared -fPIC -o fail.so fail.c || clang -w -shared -fPIC -o fail.so fail.c")
        try #require(built.status == 0, "\(built)")
        return folder.file("fail.so")
    }

    @Test(arguments: [
        ["link=EPERM"], ["renameat2=EINVAL"], ["renameat2=ENOSYS"], ["link=EPERM", "renameat2=EINVAL"],
        ["linkat=EPERM"], ["linkat=ENOENT", "renameat2=EINVAL"], ["link=EOPNOTSUPP", "renameat2=EOPNOTSUPP"],
        ["link=ENOSYS", "renameat2=EPERM"],
    ])
    func aBackupAndARestoreGetTheirNamesAnotherWay(calls: [String]) throws {
        try makeShop()
        let library: String =
            switch calls.count {
            case 1: try self.library(calls[0])
            default: try self.library(calls[0], calls[1])
            }
        let preload = ["LD_PRELOAD": library]
        let backup = try run("backup", "b/one.db", environment: preload)
        #expect(backup.status == 0, "\(backup)")
        #expect(names == ["one.db"])
        #expect(try run("backup", "b/one.db", environment: preload).log.contains("already"))
        let restore = try run("restore", "b/one.db", environment: preload)
        #expect(restore.status == 0, "\(restore)")
        #expect(try run("check").output.contains("1 user"))
        let kept = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
            $0.contains(".before-restore-")
        }
        #expect(kept.count == 1)
        #expect(try run("check", "-d", try #require(kept.first)).output.contains("1 user"))
    }

    @Test func aLastingFailureLeavesOnePartialFile() throws {
        try makeShop()
        let preload = ["LD_PRELOAD": try library("link=EACCES", "renameat2=EACCES", "rename=EACCES")]
        for name in ["one.db", "two.db", "three.db"] {
            let backup = try run("backup", "b/\(name)", environment: preload)
            #expect(backup.status == 69 && backup.log.contains("is kept as"), "\(backup)")
            #expect(names == ["\(name).partial"])
        }
        #expect(try run("backup", "b/four.db").status == 0)
        #expect(names == ["four.db"])
    }

    /// SQLite and Martlet remove files of such names.
    @Test(arguments: ["martlet.db-wal", "martlet.db-journal", "b/one.db-shm", "b/one-lock", "one-control"])
    func aBackupIsNotNamedAsAFileBesideADatabase(name: String) throws {
        try makeShop()
        let backup = try run("backup", name)
        #expect(backup.status == 69 && backup.log.contains("another name"), "\(backup)")
        #expect(!FileManager.default.fileExists(atPath: folder.file(name)))
    }

    @Test func aPipeIsNotRestored() throws {
        #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
        let restore = try run("restore", "pipe")
        #expect(restore.status == 69 && restore.log.contains("a device or a pipe"), "\(restore)")
    }

    /// A database whose copy takes several steps, so that a command that is held in the first can be stopped before the
    /// last.
    private func makeLargeShop() throws {
        try makeShop()
        // Ten times the same digits pass the Luhn check, whatever they are.
        let fill = """
            INSERT INTO receipts (order_number, earned, accepted_at)
            WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 400000)
            SELECT replace('0000000000', '0', printf('%020d', i)), 0, 1700000000000 FROM n
            """
        let database = try Database(path: folder.file("martlet.db"), mode: .readWriteCreate)
        defer { database.close() }
        try database.execute(fill)
    }

    @Test(arguments: [["backup", "b/one.db"], ["backups", "make"]])
    func aSignalLeavesNoFile(arguments: [String]) throws {
        try makeLargeShop()
        // A shell's background job ignores SIGINT, and so do the commands that it starts.
        for number in [SIGINT, SIGTERM, SIGHUP] where !Self.isIgnored(number) {
            let hold = try CopyHold(in: folder)
            let environment = hold.environment.merging(["MARTLET_BACKUPS_FOLDER": "b"]) { $1 }
            let backup = try Server(in: folder, arguments: arguments, environment: environment)
            try hold.waitForCopy()
            #expect(!names.isEmpty)
            backup.signal(number)
            try hold.release()
            #expect(try backup.waitForEnd() == -number, "it ends by the signal: \(backup.logText)")
            #expect(names == [], "\(number)")
        }
        #expect(try run("check").status == 0, "the lock is free")
        let actions = try run("actions", "--csv")
        #expect(!actions.output.contains("backup.make"), "\(actions)")
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        sigaction(number, nil, &action)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    @Test func aServerThatStopsLeavesNoFile() throws {
        try makeLargeShop()
        let hold = try CopyHold(in: folder)
        let settings = ["MARTLET_BACKUPS_FOLDER": "b", "MARTLET_BACKUPS_INTERVAL_S": "60"]
        let server = try Server.serving(in: folder, environment: settings.merging(hold.environment) { $1 })
        try hold.waitForCopy()
        #expect(names.contains { $0.hasSuffix(".partial") })
        server.signal(SIGTERM)
        try hold.release()
        #expect(try server.waitForEnd() == 0)
        #expect(names.allSatisfy { !$0.contains(".partial") }, "\(names)")
    }

    @Test func theNextBackupRemovesFilesOfAKilledBackup() throws {
        try makeLargeShop()
        let hold = try CopyHold(in: folder)
        let killed = try Server(in: folder, arguments: ["backup", "b/one.db"], environment: hold.environment)
        try hold.waitForCopy()
        killed.killAtOnce()
        #expect(names == ["one.db.partial", "one.db.partial-journal"])
        // Files of others stay.
        for name in ["film.partial", "empty.partial"] {
            try folder.write(name.hasPrefix("f") ? "film" : "", to: "b/\(name)")
        }
        let next = try run("backup", "b/two.db")
        #expect(next.status == 0, "\(next)")
        #expect(names == ["empty.partial", "film.partial", "two.db"])
    }

    /// Each kill comes at a random instant, from the start of the process to after its end. The file systems without
    /// files that have no name are among them.
    @Test(arguments: [UInt64.random(in: 0..<UInt64.max), 1], [false, true])
    func theNextBackupRemovesWhatAKillAtAnyInstantLeft(seed: UInt64, hasUnnamedFiles: Bool) throws {
        try makeShop()
        var random = SeededRandom(seed: seed)
        let environment = hasUnnamedFiles ? [:] : ["LD_PRELOAD": try library("linkat=EPERM")]
        let clock = ContinuousClock()
        let start = clock.now
        #expect(try run("backup", "b/whole.db", environment: environment).status == 0)
        let microseconds = Int(start.duration(to: clock.now) / .microseconds(1))
        for _ in 0..<20 {
            let killed = try Server(in: folder, arguments: ["backup", "b/one.db"], environment: environment)
            usleep(UInt32(Int.random(in: 0...microseconds, using: &random)))
            killed.killAtOnce()
            let isDone = names.contains("one.db")
            #expect(try run("backup", "b/two.db", environment: environment).status == 0)
            #expect(names == (isDone ? ["one.db"] : []) + ["two.db", "whole.db"], "seed \(seed)")
            for name in names where name != "whole.db" {
                #expect(try run("check", "-d", "b/\(name)").status == 0)
                for suffix in ["", "-lock"] {
                    try? FileManager.default.removeItem(atPath: folder.file("b/\(name)\(suffix)"))
                }
            }
        }
    }

    @Test func aSecondBackupOfTheSameNameLeavesTheFirstAlone() throws {
        try makeLargeShop()
        let hold = try CopyHold(in: folder)
        let first = try Server(in: folder, arguments: ["backup", "b/one.db"], environment: hold.environment)
        try hold.waitForCopy()
        let second = try run("backup", "b/one.db")
        #expect(second.status == 69, "\(second)")
        try hold.release()
        #expect(try first.waitForEnd() == 0, "\(first.logText)")
        #expect(names == ["one.db"])
        #expect(try run("check", "-d", "b/one.db").status == 0)
    }

    @Test(.enabled(if: geteuid() == 0)) func aFullDiskLeavesNoFile() throws {
        try makeLargeShop()
        let line = """
            mount -t tmpfs -o size=8m tmpfs b && { "$M" backup b/one.db; s=$?; ls -A b; exit $s; }
            """
        let ended = try shell("exec unshare -m sh -c '\(line)'")
        #expect(ended.status == 69 && ended.log.contains("full"), "\(ended)")
        #expect(ended.output == "", "\(ended)")
    }

    @Test func failedBackupsAreReported() throws {
        try makeShop()
        try folder.write("old", to: "b/martlet-20200101T000000Z.db")
        let server = try Server.serving(
            in: folder,
            environment: [
                "MARTLET_BACKUPS_FOLDER": "b",
                "LD_PRELOAD": try library("link=EACCES", "renameat2=EACCES", "rename=EACCES"),
            ])
        try eventually("the failure is counted") { try server.metrics().sum("martlet_backup_success") == 0 }
        let page = try server.metrics()
        #expect(page.sum("martlet_backup_age_seconds").map { $0 > 86_400 * 365 } == true)
        #expect(page.sum("martlet_backup_bytes") == 3)
        try eventually("the owner is warned") { server.logText.contains("backups are missing in") }
        #expect(server.logText.components(separatedBy: "\"level\":\"error\"").count == 2, "\(server.logText)")
        let stats = try run("stats", "--json")
        #expect(stats.output.contains(#""newest_at":"2020-01-01T00:00:00Z""#), "\(stats)")
        #expect(stats.output.contains(#""result":"failed","failure":"The backup is kept as"#), "\(stats)")
        #expect(names.count == 2 && names[1].hasSuffix(".db.partial"), "\(names)")
        #expect(try Client(endpoint: server.adminEndpoint()).send("GET", "/readyz").status == 200)
    }

    @Test func successfulBackupsAreReported() throws {
        let server = try Server.serving(in: folder, environment: ["MARTLET_BACKUPS_FOLDER": "b"])
        try eventually("the first is made") { try server.metrics().sum("martlet_backup_success") == 1 }
        let page = try server.metrics()
        #expect(page.sum("martlet_backup_age_seconds").map { $0 < 60 } == true)
        #expect(page.sum("martlet_backup_bytes").map { $0 > 4096 } == true)
        #expect(try run("stats", "--json").output.contains(#""result":"succeeded","failure":null"#))
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        #expect(try run("stats", environment: ["MARTLET_BACKUPS_FOLDER": "b"]).output.contains("backups newest at"))
        #expect(try run("stats", "--json").output.contains(#""backups":null"#), "nothing is backed up by the clock")
    }

    /// The first backup was made of an empty shop; the next does not wait for a whole interval.
    @Test func theFirstWriteIsBackedUpSoon() throws {
        try makeShop()
        let now = Int64(Date().timeIntervalSince1970)
        let database = try Database(path: folder.file("martlet.db"), mode: .readWriteCreate)
        // The figures of the shop count the user in the quarter of an hour in which they registered.
        try database.execute("UPDATE users SET created_at = \((now - 130) * 1000)")
        try database.execute("UPDATE figures SET quarter = \((now - 130) / 900)")
        database.close()
        try folder.write("", to: "b/\(Self.backupName(secondsAgo: 300))")
        let server = try Server.serving(in: folder, environment: ["MARTLET_BACKUPS_FOLDER": "b"])
        try eventually("the next is made") { names.count == 2 && names.allSatisfy { $0.hasSuffix("Z.db") } }
        let check = try run("check", "-d", "b/\(names[1])")
        #expect(check.output.contains("1 user"), "\(check)")
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
    }
}
