import EndToEndSupport
import Foundation
import Testing

/// One database, reached by two names: a second server must not have it, and no server without its log.
@Suite(.serialized, .filesOfSQLite)
struct DatabaseNameTests {
    private let folder: Folder

    init() throws {
        folder = try Folder()
        for name in ["a", "b"] {
            try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: false)
        }
    }

    private func serve(_ path: String) throws -> Server {
        try Server.serving(in: folder, environment: ["DATABASE_URI": folder.file(path)])
    }

    private func run(_ arguments: String...) throws -> (status: Int32, log: String, output: String) {
        let command = try Server(in: folder, arguments: arguments)
        return (try command.waitForEnd(), command.logText, command.outputText)
    }

    private func end(_ server: Server) throws {
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0, "\(server.logText)")
    }

    @Test func aSecondNameOfTheFileIsRefused() throws {
        let server = try serve("a/martlet.db")
        try server.client().register("anna")
        #expect(try run("backup", "good.db", "-d", "a/martlet.db").status == 0)
        #expect(link(folder.file("a/martlet.db"), folder.file("b/martlet.db")) == 0)
        for arguments in [
            ["serve", "-a", "127.0.0.1:0"], ["check"], ["backup", "copy.db"], ["restore", "good.db"],
        ] {
            let command = try Server(in: folder, arguments: arguments + ["-d", "b/martlet.db"])
            #expect(try command.waitForEnd() == 69, "\(arguments)")
            #expect(command.logText.contains("has 2 names"), "\(arguments): \(command.logText)")
        }
        #expect(try run("check", "-d", "a/martlet.db").output.contains("1 user"), "the server answers")
        try end(server)
        #expect(try run("serve", "-d", "a/martlet.db", "-a", "127.0.0.1:0").log.contains("has 2 names"))
        try FileManager.default.removeItem(atPath: folder.file("b/martlet.db"))
        #expect(try run("check", "-d", "a/martlet.db").output.contains("1 user"))
    }

    /// A file that was moved while its server runs has one name again, and its server.
    @Test func aMovedFileIsStillLocked() throws {
        let server = try serve("a/martlet.db")
        #expect(rename(folder.file("a/martlet.db"), folder.file("b/martlet.db")) == 0)
        let second = try run("serve", "-a", "127.0.0.1:0", "-d", "b/martlet.db")
        #expect(second.status == 69 && second.log.contains("in use"), "\(second)")
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 74)
    }

    @Test func symbolicLinksLeadToOneLockAndOneLog() throws {
        #expect(symlink("a", folder.file("folder")) == 0)
        #expect(symlink("../a/martlet.db", folder.file("b/link.db")) == 0)
        let server = try serve("folder/martlet.db")
        try server.client().register("anna")
        for path in ["a/martlet.db", "b/link.db", "folder/martlet.db"] {
            let second = try run("serve", "-a", "127.0.0.1:0", "-d", path)
            #expect(second.status == 69 && second.log.contains("in use"), "\(path): \(second)")
            #expect(try run("stats", "-d", path).status == 0, "\(path) leads to the server")
        }
        server.killAtOnce()
        #expect(try run("check", "-d", "b/link.db").output.contains("1 user"), "the log is beside the file itself")
    }

    /// A power cut between the two steps of a restore or a backup leaves a file that is not a second name of the
    /// owner's.
    @Test(arguments: ["martlet.db.before-restore-20260101T000000Z", "martlet.db.partial"])
    func theNameThatAPowerCutLeftIsTakenAway(name: String) throws {
        try end(try serve("a/martlet.db"))
        #expect(link(folder.file("a/martlet.db"), folder.file("a/\(name)")) == 0)
        #expect(try run("check", "-d", "a/martlet.db").status == 0)
        #expect(!FileManager.default.fileExists(atPath: folder.file("a/\(name)")))
    }

    private static let mayMount = (try? Self.mount("true").status) == 0

    /// Runs a line in a shell with mounts of its own, which end with it.
    private static func mount(_ line: String, in folder: Folder? = nil) throws -> (status: Int32, log: String) {
        let shell = try Server(
            in: try folder ?? Folder(), arguments: ["-m", "sh", "-c", line],
            environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "M": Server.executable],
            executable: "/usr/bin/unshare")
        return (try shell.waitForEnd(), shell.logText)
    }

    /// Containers are given a file so (`-v /srv/martlet.db:/data/martlet.db`).
    @Test(.enabled(if: mayMount)) func aFileThatIsMountedAloneIsRefused() throws {
        try end(try serve("a/martlet.db"))
        try folder.write("", to: "b/martlet.db")
        let file = "mount --bind a/martlet.db b/martlet.db && exec \"$M\" serve -a 127.0.0.1:0 -d b/martlet.db"
        let ended = try Self.mount(file, in: folder)
        #expect(ended.status == 69 && ended.log.contains("mounted apart from its folder"), "\(ended)")
        let whole = try Self.mount("mount --bind a b && exec \"$M\" check -d b/martlet.db", in: folder)
        #expect(whole.status == 0, "\(whole)")
    }

    /// Another folder, another mount namespace: the file is the same, and so is its lock.
    @Test(.enabled(if: mayMount)) func theLockHoldsAcrossMounts() throws {
        let server = try serve("a/martlet.db")
        let line = "mount --bind a b && rm -f b/martlet.db-lock && exec \"$M\" serve -a 127.0.0.1:0 -d b/martlet.db"
        let ended = try Self.mount(line, in: folder)
        #expect(ended.status == 69 && ended.log.contains("in use"), "\(ended)")
        try end(server)
    }

    @Test(.enabled(if: mayMount)) func aFolderThatCannotBeWrittenIsReported() throws {
        try end(try serve("a/martlet.db"))
        let line = "mount --bind a b && mount -o remount,ro,bind b && exec \"$M\" serve -a 127.0.0.1:0 -d b/martlet.db"
        let ended = try Self.mount(line, in: folder)
        #expect(ended.status == 69 && ended.log.contains("Read-only file system"), "\(ended)")
    }
}
