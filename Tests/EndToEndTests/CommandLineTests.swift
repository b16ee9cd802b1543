import EndToEndSupport
import Foundation
import TestSupport
import Testing

/// The executable's output and exit status, as a shell sees them.
@Suite(.serialized)
struct CommandLineTests {
    /// With one loop, a response proves that every earlier request has arrived, on whichever connection it was sent.
    private static let oneLoop = ["MARTLET_HTTP_EVENT_LOOPS": "1"]

    @Test(arguments: [
        (["--help"], Int32(0), "Commands:", ""), (["version"], 0, "martlet ", ""),
        (["help", "demo"], 0, "martlet demo", ""), (["config"], 0, "\"run_address\"", ""),
        (["man"], 0, ".SH EXAMPLES", ""), (["completion", "bash"], 0, "complete -F", ""),
        (["order", "number", "100100"], 0, "1001007\n", ""),
        (["order", "number", "100100", "--json"], 0, #"{"number":"1001007"}"# + "\n", ""),
        (["order", "number", "A1001"], 64, "", "DIGITS must be digits from 0 to 9 alone, and not \"A1001\""),
        (["order", "number", "-1"], 64, "", "DIGITS must be digits"), (["order", "number", ""], 64, "", "DIGITS"),
        (["refund"], 64, "", "ORDER is missing"),
        (["order", "number", "1", "2"], 64, "", "unexpected argument \"2\""),
        (["order", "number", String(repeating: "1", count: 1024)], 64, "", "at most 1023 digits"),
        (["srve"], 64, "", "did you mean \"serve\"?"), (["completion", "tcsh"], 64, "", "bash, zsh, fish"),
        (["help", "help"], 0, "Commands:", ""), (["-d", "x.db", "check"], 64, "", "the command comes first"),
        (["--nonsense"], 64, "", "--nonsense"), (["nonsense"], 64, "", "nonsense"),
        (["-d", "mysql://user:hidden@host/db"], 78, "", "database_uri"),
        (["--config", "missing.json"], 78, "", "missing.json"),
    ])
    func saysWhatItShould(arguments: [String], status: Int32, output: String, log: String) throws {
        let server = try Server(in: try Folder(), arguments: arguments)
        #expect(try server.waitForEnd() == status)
        #expect(output.isEmpty ? server.outputText.isEmpty : server.outputText.contains(output))
        #expect(log.isEmpty ? server.logText.isEmpty : server.logText.contains(log))
        #expect(!server.logText.contains("hidden"))
    }

    @Test func aNewOrderNumberHasItsCheckDigit() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        defer { server.signal(SIGTERM) }
        let command = try Server(in: folder, arguments: ["order", "number"])
        #expect(try command.waitForEnd() == 0)
        let number = command.outputText.dropLast()
        let digits = try #require(Int64(number.dropLast()))
        #expect(number.count == 16 && number == orderNumber(digits), "\(command.outputText)")
    }

    @Test func aWrongValueIsNamedInOneLine() throws {
        let folder = try Folder()
        try folder.write(#"{"dispatcher": {"interval_ms": "soon"}}"#, to: "config.json")
        let server = try Server(in: folder)
        #expect(try server.waitForEnd() == 78)
        #expect(server.logText.contains("dispatcher.interval_ms"))
        #expect(server.logText.contains("config.json"))
        #expect(server.logText.split(separator: "\n").count == 1)
    }

    @Test(.onSQLite("several servers share a database of PostgreSQL")) func aSecondServerOnTheFileIsRefused() throws {
        let folder = try Folder()
        let first = try Server.serving(in: folder)
        let second = try Server(
            in: folder, environment: ["RUN_ADDRESS": "127.0.0.1:0", "DATABASE_URI": folder.file("martlet.db")])
        #expect(try second.waitForEnd() != 0)
        #expect(second.logText.contains("martlet.db"))
        #expect(try first.client().send("GET", "/api/user/balance").status == 401)
    }

    @Test func aTakenAddressIsReported() throws {
        let folder = try Folder()
        let first = try Server.serving(in: folder)
        let address = "\(try first.endpoint())"
        let second = try Server(in: folder, arguments: ["-a", address, "-d", folder.file("other.db")])
        #expect(try second.waitForEnd() != 0)
        #expect(second.logText.contains(address))
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func stopsWithinItsTimeAndLosesNothing(signal: Int32) throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder, environment: Self.oneLoop)
        let client = try server.client()
        try client.register("user")
        let idle = try server.client()
        let half = try server.client()
        try half.write(Array("POST /api/user/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n".utf8))
        let accepted = try (0..<100).map { index in
            let status = try client.send("POST", "/api/user/orders", orderNumber(index)).status
            #expect(status == 202)
            return orderNumber(index)
        }
        server.signal(signal)
        #expect(try idle.isAtEnd())
        // A request that has begun may end.
        try half.write(Array("\r\n00".utf8))
        #expect(try half.answer().status == 401)
        #expect(try server.waitForEnd() == 0)
        // The write-ahead log was checkpointed and removed: the file alone holds everything.
        #expect(!FileManager.default.fileExists(atPath: folder.file("martlet.db-wal")))

        let second = try Server.serving(in: folder)
        let again = try second.client()
        again.authorization = client.authorization
        let list = try again.send("GET", "/api/user/orders").json?.array ?? []
        #expect(Set(list.compactMap { $0.object?["number"]?.string }) == Set(accepted))
    }

    @Test func aSecondSignalEndsItAtOnce() throws {
        let server = try Server.serving(in: try Folder(), environment: Self.oneLoop)
        let half = try server.client()
        try half.write(Array("POST /api/user/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n".utf8))
        #expect(try server.client().send("GET", "/api/user/balance").status == 401)
        server.signal(SIGTERM)
        try eventually("it stops") { server.logText.contains("stopping") }
        #expect(server.isRunning)
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == -SIGTERM)
    }

    @Test(.filesOfSQLite) func onlyTheOwnerMayReadTheDatabase() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        try server.client().register("user", password: "a-password-to-look-for")
        for name in ["martlet.db", "martlet.db-wal", "martlet.db-shm"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.file(name))
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
            let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file(name)))
            #expect(bytes.range(of: Data("a-password-to-look-for".utf8)) == nil)
        }
    }
}
