import EndToEndSupport
import Foundation
import Posix
import SQLite
import TestSupport
import Testing

/// The tasks of the handbook that need systemd or a second machine work as printed.
@Suite(.serialized, .onSQLite("the handbook shows these tasks on a file"))
struct TaskTests {
    private static let logrotate = "/usr/sbin/logrotate"

    private let handbook: Handbook
    private let shop: OperatedShop
    private let customer: Client

    /// A running shop, with a customer who has uploaded an order.
    init() throws {
        handbook = try Handbook()
        shop = try OperatedShop()
        try shop.start()
        customer = try shop.client()
        try customer.register("anna")
        #expect(try customer.send("POST", "/api/user/orders", orderNumber(1)).status == 202)
    }

    /// The customer is still signed in, and the order is there.
    private func expectEverything(in shop: OperatedShop) throws {
        let client = try shop.client()
        client.authorization = customer.authorization
        #expect(try client.send("GET", "/api/user/orders/\(orderNumber(1))").status == 200)
    }

    private static func freeEndpoint() throws -> Endpoint {
        try ListeningSocket(on: Endpoint(address: [127, 0, 0, 1], port: 0)).endpoint
    }

    @Test func thePortIsChanged() throws {
        let free = try Self.freeEndpoint()
        try shop.configure(address: "\(free)")
        let script = try handbook.block("changesPort")
        #expect(script.contains("localhost:9090"))
        #expect(try shop.run(script.replacing("localhost:9090", with: "\(free)")) == "200\n")
        try expectEverything(in: shop)
        let socket = try String(
            contentsOfFile: shop.folder.file("etc/systemd/system/martlet.socket"), encoding: .utf8)
        #expect(socket.contains("\nListenStream=\(free)\n"))
    }

    @Test func aRemovedDatabaseIsRescued() throws {
        try FileManager.default.removeItem(atPath: shop.folder.file("var/lib/martlet/martlet.db"))
        try eventually("the server notices") { shop.journal.contains("was removed or moved away") }
        let output = try shop.run(try handbook.block("rescues"))
        #expect(output.contains("\npassed: 1 user, 1 order, "), "\(output)")
        try expectEverything(in: shop)
    }

    /// Uploads an order that a restored database lacks.
    private func uploadLateOrder() throws {
        #expect(try customer.send("POST", "/api/user/orders", orderNumber(2)).status == 202)
    }

    private func expectAllButTheLateOrder() throws {
        try expectEverything(in: shop)
        let client = try shop.client()
        client.authorization = customer.authorization
        #expect(try client.send("GET", "/api/user/orders/\(orderNumber(2))").status == 404)
    }

    @Test func theNewestBackupIsRestored() throws {
        try shop.run("martlet backups make")
        try uploadLateOrder()
        let output = try shop.run(try handbook.block("restores"))
        #expect(output.contains(": 1 user, 1 order, "), "\(output)")
        try expectAllButTheLateOrder()
    }

    @Test func anUpgradeIsTakenBack() throws {
        try shop.run("martlet backup /var/lib/martlet/martlet.db.before-schema-99")
        try uploadLateOrder()
        try shop.run("systemctl stop martlet.service")
        let later = try Database(path: shop.folder.file("var/lib/martlet/martlet.db"), mode: .readWriteCreate)
        try later.execute("PRAGMA user_version = 99")
        later.close()
        try shop.write(program: "exit 70", to: "usr/local/bin/martlet")
        try shop.write(program: #"exec '\#(Server.executable)' "$@""#, to: "usr/local/bin/martlet.before")
        let script = try handbook.block("goesBack")
        #expect(script.contains("before-schema-…"))
        let output = try shop.run(script.replacing("before-schema-…", with: "before-schema-99"))
        #expect(output.contains("/martlet.db.before-schema-99\nrestored "), "\(output)")
        try expectAllButTheLateOrder()
    }

    @Test func theShopMovesToAnotherMachine() throws {
        try shop.run(try handbook.block("leaves"))
        #expect(throws: (any Error).self) { try shop.client() }
        let other = try OperatedShop()
        for name in try FileManager.default.contentsOfDirectory(atPath: shop.folder.file("sent")) {
            let place = name == "martlet.json" ? "etc/martlet.json" : "home/\(name)"
            _ = try shell("mv \(shop.folder.file("sent/\(name)")) \(other.folder.file(place))")
        }
        try other.configure(address: "\(try Self.freeEndpoint())")
        let output = try other.run(try handbook.block("arrives"))
        #expect(output.contains("\npassed: 1 user, 1 order, "), "\(output)")
        // The backup of the first start is empty.
        #expect(output.contains("/var/lib/martlet/backups/martlet-"), "\(output)")
        try expectEverything(in: other)
    }

    @Test func nothingIsLostByAPowerCut() throws {
        try shop.kill()
        try shop.start()
        let output = try shop.run(try handbook.block("outage"))
        #expect(output.contains("passed: 1 user, 1 order, "), "\(output)")
        #expect(output.contains(#""message":"listening on http://127.0.0.1:"#), "\(output)")
        try expectEverything(in: shop)
    }

    @Test func theLogIsReadAndItsLevelChanged() throws {
        #expect(try customer.send("GET", "/api/user/balance").status == 200)
        #expect(!shop.journal.contains("/api/user/balance"))
        try shop.configure(logLevel: "request")
        try shop.run(try handbook.block("rereads"))
        try eventually("the server has read its configuration") {
            try customer.send("GET", "/api/user/balance")
            return shop.journal.contains("/api/user/balance")
        }
        try shop.folder.write(Self.lines, to: "journal")
        let output = try shop.run(try handbook.block("reads"))
        #expect(output == Self.lines + Self.lines + Self.linesOfTrouble)
    }

    private static let linesOfTrouble = """
        {"time":"2026-11-26T23:49:54.221Z","level":"warning","message":"one"}
        {"time":"2026-11-26T23:49:54.221Z","level":"error","message":"two"}

        """
    private static let lines = """
        {"time":"2026-11-26T23:49:54.221Z","level":"info","message":"neither a warning nor an error"}
        \(linesOfTrouble)
        """

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: Self.logrotate), "logrotate is not installed"))
    func logrotateEmptiesALogFile() throws {
        let folder = try Folder()
        let log = folder.file("martlet.log")
        try folder.write(try handbook.block("rotates").replacing("/var/log/martlet.log", with: log) + "\n", to: "rules")
        let environment = ["RUN_ADDRESS": "127.0.0.1:0", "MARTLET_ADMIN_ADDRESS": "", "MARTLET_STAFF_ADDRESS": ""]
        let server = try Server(
            in: folder, arguments: ["-c", "exec \"$0\" serve 2>>martlet.log", Server.executable],
            environment: environment.merging(["MARTLET_ACCRUAL_LISTEN": "127.0.0.1:0"]) { $1 }, executable: "/bin/sh")
        let text = { (name: String) in (try? String(contentsOfFile: folder.file(name), encoding: .utf8)) ?? "" }
        try eventually("it listens: \(text("martlet.log"))") { text("martlet.log").contains("listening on") }
        let rotation = try Server(
            in: folder, arguments: ["--force", "--state", folder.file("state"), "rules"], executable: Self.logrotate)
        #expect(try rotation.waitForEnd() == 0, "\(rotation.logText)")
        #expect(text("martlet.log").isEmpty)
        #expect(text("martlet.log.1").contains("listening on"))
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        #expect(text("martlet.log").hasPrefix("{") && text("martlet.log").contains("stopped"))
    }
}
