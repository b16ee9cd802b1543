import EndToEndSupport
import Foundation
import TestSupport
import Testing

/// Files of a shop that are removed, replaced or moved while the server runs.
@Suite(.serialized, .filesOfSQLite)
struct DisplacementTests {
    private let folder: Folder
    private let data: String

    init() throws {
        folder = try Folder()
        data = folder.file("data")
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: false)
    }

    private var database: String { "\(data)/martlet.db" }

    private func run(_ arguments: String..., from path: String? = nil) throws -> Ended {
        let command = try Server(in: folder, arguments: arguments + ["-d", path ?? database])
        return Ended(status: try command.waitForEnd(), output: command.outputText, log: command.logText)
    }

    private struct Ended {
        let status: Int32
        let output: String
        let log: String
    }

    /// A server with one user and one order.
    private func shop() throws -> (server: Server, client: Client) {
        let server = try serve()
        let client = try server.client()
        try client.register("anna")
        #expect(try client.send("POST", "/api/user/orders", orderNumber(1)).status == 202)
        return (server, client)
    }

    private func serve() throws -> Server {
        try Server.serving(
            in: folder, environment: ["DATABASE_URI": database, "MARTLET_DISPATCHER_INTERVAL_MS": "60000"])
    }

    private func remove(_ suffixes: String...) throws {
        for suffix in suffixes { try FileManager.default.removeItem(atPath: database + suffix) }
    }

    /// Puts another shop's database in the place of ours, as mv does.
    private func replaceByAnother() throws {
        let other = folder.file("other.db")
        let ended = try Server(in: folder, arguments: ["accrual", "-a", "127.0.0.1:0", "-d", other])
        _ = try ended.endpoint()
        ended.signal(SIGTERM)
        #expect(try ended.waitForEnd() == 0)
        #expect(rename(other, database) == 0)
    }

    /// The server notices before it acknowledges anything more and says so once; everything acknowledged can still be
    /// copied; and the end is not a good one.
    private func expectRefusal(_ server: Server, _ client: Client, through path: String? = nil) throws {
        let answer = try client.send("POST", "/api/user/orders", orderNumber(2))
        #expect(answer.status == 503 && answer["Retry-After"] != nil, "\(answer.status)")
        let admin = try Client(endpoint: server.adminEndpoint())
        #expect(try admin.send("GET", "/readyz").status == 503)
        #expect(try client.send("GET", "/api/user/orders").json?.array?.count == 1, "reads go on")
        try eventually(within: 5, "the copy is made") {
            try run("backup", folder.file("rescued.db"), from: path).status == 0
        }
        let check = try run("check", from: folder.file("rescued.db"))
        #expect(check.status == 0 && check.output.contains("1 user, 1 order"), "\(check)")
        let second = try run("serve", "-a", "127.0.0.1:0", from: path)
        #expect(second.status == 69, "\(second)")
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 74)
        #expect(server.logText.components(separatedBy: "\"level\":\"error\"").count == 2, "\(server.logText)")
    }

    private func logBytes(_ path: String? = nil) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: (path ?? database) + "-wal")
        return attributes?[.size] as? Int ?? 0
    }

    @Test func theDatabaseIsRemoved() throws {
        let (server, client) = try shop()
        try remove("")
        try expectRefusal(server, client)
        #expect(logBytes() > 0, "the log is kept")
        let again = try run("serve", "-a", "127.0.0.1:0")
        #expect(again.status == 69 && again.log.contains("is missing or empty, but its log"), "\(again)")
        #expect(!FileManager.default.fileExists(atPath: database), "no empty database takes the log")
    }

    @Test func allFilesAreRemoved() throws {
        let (server, client) = try shop()
        try remove("", "-wal", "-shm", "-lock", "-control")
        try eventually("the server can be asked again") {
            FileManager.default.fileExists(atPath: database + "-control")
        }
        try expectRefusal(server, client)
    }

    @Test func anotherDatabaseTakesItsPlace() throws {
        let (server, client) = try shop()
        try replaceByAnother()
        try expectRefusal(server, client)
        #expect(logBytes() > 0, "the log is kept")
        for arguments in [["serve", "-a", "127.0.0.1:0"], ["check"], ["backup", folder.file("b.db")]] {
            let command = try Server(in: folder, arguments: arguments + ["-d", database])
            #expect(try command.waitForEnd() == 69, "\(arguments)")
            #expect(command.logText.contains("belongs to another file"), "\(command.logText)")
        }
        try FileManager.default.moveItem(atPath: database + "-wal", toPath: folder.file("old-wal"))
        #expect(try run("check").output.contains("0 users"))
    }

    @Test func theFolderIsRenamed() throws {
        let (server, client) = try shop()
        let moved = folder.file("moved")
        #expect(rename(data, moved) == 0)
        try expectRefusal(server, client, through: "\(moved)/martlet.db")
        #expect(logBytes("\(moved)/martlet.db") > 0)
        #expect(try run("check", from: "\(moved)/martlet.db").output.contains("1 user, 1 order"))
    }

    @Test func theFolderIsRemoved() throws {
        let (server, client) = try shop()
        try FileManager.default.removeItem(atPath: data)
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: false)
        try eventually("the server can be asked again") {
            FileManager.default.fileExists(atPath: database + "-control")
        }
        try expectRefusal(server, client)
    }

    /// The content of the removed log is in the database by the time the server has logged the removal.
    @Test func theLogIsRemoved() throws {
        let (server, client) = try shop()
        try remove("-wal")
        try expectRefusal(server, client)
        #expect(try run("check").output.contains("1 user, 1 order"))
        let again = try serve()
        #expect(try again.client().send("GET", "/api/user").status != 503)
    }

    @Test func theIndexIsRemoved() throws {
        let (server, client) = try shop()
        try remove("-shm")
        try expectRefusal(server, client)
        #expect(try run("check").output.contains("1 user, 1 order"))
    }

    /// An idle server notices it, without any write.
    @Test func anIdleServerNoticesWithinASecond() throws {
        let (server, _) = try shop()
        let admin = try Client(endpoint: server.adminEndpoint())
        try remove("")
        let began = Date()
        try eventually("it is noticed") { try admin.send("GET", "/readyz").status == 503 }
        #expect(Date().timeIntervalSince(began) < 1)
        #expect(try run("stats").log.contains("martlet backup FILE still copies"))
    }

    @Test func aStopNoticesTheDisplacement() throws {
        let (server, _) = try shop()
        try remove("")
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 74)
        #expect(logBytes() > 0)
    }

    /// Removing the lock or the control socket neither lets a second server start nor makes the first one unreachable.
    @Test func theLockAndTheSocketAreRemoved() throws {
        let (server, client) = try shop()
        try remove("-lock", "-control")
        let second = try run("serve", "-a", "127.0.0.1:0")
        #expect(second.status == 69 && second.log.contains("in use"), "\(second)")
        try eventually("the server can be asked again") { try run("stats").status == 0 }
        #expect(try client.send("POST", "/api/user/orders", orderNumber(2)).status == 202)
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
    }

    /// After a kill the log is still needed, and only the file that it belongs to may have it.
    @Test func aDatabaseIsReplacedAfterAKill() throws {
        let (server, _) = try shop()
        server.killAtOnce()
        let copy = folder.file("copy")
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
        for suffix in ["", "-wal", "-shm", "-lock"] {
            try FileManager.default.copyItem(atPath: database + suffix, toPath: "\(copy)/martlet.db\(suffix)")
        }
        #expect(try run("check", from: "\(copy)/martlet.db").output.contains("1 user, 1 order"), "both were copied")
        try FileManager.default.moveItem(atPath: database, toPath: folder.file("old.db"))
        try replaceByAnother()
        let refused = try run("check")
        #expect(refused.status == 69 && refused.log.contains("belongs to another file"), "\(refused)")
        #expect(rename(folder.file("old.db"), database) == 0)
        #expect(try run("check").output.contains("1 user, 1 order"), "put back, they go together")
    }

    /// A restore puts the log of another file neither into the backup nor into the file that it replaces.
    @Test func aRestoreLeavesAForeignLogAlone() throws {
        let (server, _) = try shop()
        #expect(try run("backup", folder.file("good.db")).status == 0)
        server.killAtOnce()
        let log = try Data(contentsOf: URL(fileURLWithPath: database + "-wal"))
        try replaceByAnother()
        let other = try Data(contentsOf: URL(fileURLWithPath: database))
        #expect(try run("restore", folder.file("good.db")).status == 0)
        #expect(try run("check").output.contains("1 user, 1 order"))
        let kept = try FileManager.default.contentsOfDirectory(atPath: data).filter { $0.contains(".before-restore-") }
        #expect(kept.count == 2, "\(kept)")
        for name in kept {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(data)/\(name)"))
            #expect(bytes == (name.hasSuffix("-wal") ? log : other))
        }
    }
}
