import EndToEndSupport
import Foundation
import TestSupport
import Testing

/// `martlet import` into an empty database of PostgreSQL.
@Suite(.enabled(if: PostgreSQLServer.isInstalled), .onSQLite("it names its engines itself"))
struct PostgresImportTests {
    private let shop: CopiedShop
    private let address: String
    private let temporary: String

    init() throws {
        shop = try CopiedShop()
        let database = try PostgreSQLServer.shared.get()
        address = database.address(of: try database.makeDatabase())
        temporary = shop.folder.file("temporary")
        try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: false)
        let exported = try shop.run("export", "shop.jsonl")
        #expect(exported.status == 0, "\(exported)")
    }

    /// - Parameter other: the address of the database; `nil` for that of all tests.
    private func start(_ arguments: String..., on other: String? = nil) throws -> Server {
        try Server(
            in: shop.folder, arguments: ["import"] + arguments,
            environment: ["DATABASE_URI": other ?? address, "TMPDIR": temporary])
    }

    private func filesLeft() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: temporary) }

    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: shop.folder.file(name), encoding: .utf8)
    }

    @Test func anExportIsAnEqualShopThere() throws {
        let imported = try start("shop.jsonl")
        #expect(try imported.waitForEnd() == 0, "\(imported.logText)")
        #expect(imported.outputText.hasSuffix("\nthe database passes its check\n"))
        #expect(try filesLeft() == [])
        #expect(try shop.run("check", "-d", address).status == 0)
        #expect(try shop.run("export", "postgres.jsonl", "-d", address).status == 0)
        #expect(try text("postgres.jsonl") == text("shop.jsonl"))

        let server = try Server.serving(in: shop.folder, environment: ["DATABASE_URI": address])
        let client = try server.client()
        let signIn = try client.send("POST", "/api/user/login", #"{"login":"anna","password":"secret"}"#)
        client.authorization = signIn["Authorization"]
        #expect(try client.send("GET", "/api/user/balance").text == shop.balance)
        #expect(try client.send("POST", "/api/user/orders", orderNumber(100)).status == 202, "ids go on")

        let twice = try start("shop.jsonl")
        #expect(try twice.waitForEnd() == 69, "\(twice.logText)")
        #expect(twice.logText.contains("it has tables of Martlet"), "\(twice.logText)")
        #expect(try filesLeft() == [])
    }

    /// Faults, a trial and a signal leave the database without tables, so that the next import succeeds.
    @Test func anImportThatEndsEarlyLeavesNothing() throws {
        try shop.folder.write(String(try text("shop.jsonl").dropLast(9)), to: "cut.jsonl")
        let refused = try start("cut.jsonl")
        #expect(try refused.waitForEnd() == 1)
        #expect(refused.logText.contains("nothing was imported"), "\(refused.logText)")

        let tried = try start("shop.jsonl", "--dry-run")
        #expect(try tried.waitForEnd() == 0, "\(tried.logText)")
        #expect(tried.outputText.contains("nothing was changed"))

        #expect(mkfifo(shop.folder.file("pipe"), 0o600) == 0)
        let stopped = try start("pipe")
        try eventually("it waits for lines") { try !filesLeft().isEmpty }
        stopped.signal(SIGTERM)
        #expect(try stopped.waitForEnd() == -SIGTERM, "\(stopped.logText)")
        #expect(stopped.logText.contains("nothing was imported"), "\(stopped.logText)")

        #expect(try filesLeft() == [])
        let imported = try start("shop.jsonl")
        #expect(try imported.waitForEnd() == 0, "\(imported.logText)")
    }

    /// The connection hangs in the middle of the copy, and ends after the signal.
    @Test(arguments: [SIGTERM, SIGINT]) func aSignalDuringTheCopyEndsAnImport(signal: Int32) throws {
        let server = try PostgreSQLServer.shared.get()
        let proxy = try CuttingProxy(to: server.socketPath)
        defer { proxy.close() }
        #expect(mkfifo(shop.folder.file("pipe"), 0o600) == 0)
        let stopped = try start("pipe", on: server.address(of: try server.makeDatabase(), through: proxy.port))
        try eventually("it waits for lines") { try !filesLeft().isEmpty }
        proxy.order(CuttingProxy.Cut(.toServer, after: 16_000, closes: false))
        let pipe = try #require(FileHandle(forWritingAtPath: shop.folder.file("pipe")))
        try pipe.write(contentsOf: Data(try text("shop.jsonl").utf8))
        try pipe.close()
        try eventually("the copy hangs: \(stopped.logText)") { !proxy.isCutPending }
        stopped.signal(signal)
        proxy.close()
        #expect(try stopped.waitForEnd() == -signal, "\(stopped.logText)")
        #expect(stopped.logText.contains("nothing was imported"), "\(stopped.logText)")
        #expect(!stopped.logText.contains("copied"), "\(stopped.logText)")
        #expect(try filesLeft() == [])
    }
}
