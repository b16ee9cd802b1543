import EndToEndSupport
import Foundation
import JSON
import Posix
import TestSupport
import Testing

/// The log of a whole run.
@Suite(.serialized)
struct LogTests {
    private static let talkative = ["MARTLET_LOG_LEVEL": "debug"]

    /// Sends passwords and the token in the right places, and in places where they do not belong.
    private static func misplace(_ token: String, _ passwords: [String], _ client: Client, _ server: Server) throws {
        for password in passwords {
            let pair = #"{"login":"anna","password":"\#(password)"}"#
            _ = try client.send("POST", "/api/user/login", pair)
            _ = try client.send("POST", "/api/user/register", pair)
            _ = try client.send("POST", "/api/user/login", pair + "and more")
            _ = try client.send("POST", "/api/user/login?login=anna&password=\(password)", pair)
        }
        client.authorization = nil
        let cookie = "Cookie: session=\(token); theme=dark-cookie-4"
        let paths = [
            "/api/user/balance", "/api/user/balance?token=\(token)", "/\(token)", "/api/user/orders/\(token)",
            "http://anna:\(passwords[1])@martlet.test/", "//\(token)//", "/api/user/ledger?cursor=\(token)",
        ]
        for path in paths {
            for fields in [
                [cookie], ["Authorization: Bearer \(token)"], ["Authorization: \(token)"], [cookie, cookie],
            ] {
                for method in ["GET", "POST", "DELETE", "BREW"] {
                    client.forgetConnectionErrors { _ = try $0.send(method, path, "body-\(token)", fields: fields) }
                    _ = try client.reconnected(to: server)
                }
            }
        }
        for garbage in [
            "\(token)\r\n\r\n", "GET /\(token) HTTP/1.1\r\n\(token)\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: \(token) x\r\n\r\n",
        ] {
            try client.write(Array(garbage.utf8))
            #expect(try client.answer().status == 400)
            _ = try client.reconnected(to: server)
        }
    }

    /// The log contains no password, token or body, wherever a client puts them by mistake.
    @Test func theMostVerboseLogHasNoSecret() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder, environment: Self.talkative)
        let client = try server.client()
        let passwords = ["correct-horse-1", "battery-staple-2", "wr0ng-guess-3"]
        try client.register("anna", password: passwords[0])
        let token = try #require(client.authorization?.split(separator: " ").last.map(String.init))
        try Self.misplace(token, passwords, client, server)
        let shop = try server.accrualClient()
        _ = try shop.send("GET", "/api/orders/\(token)")
        _ = try shop.send("POST", "/api/orders", #"{"order":"\#(token)"}"#)
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        let log = server.logText
        #expect(log.contains(#""level":"request""#) && log.contains(#""path":"/api/user/login""#))
        for secret in passwords + [token, String(token.prefix(12)), "dark-cookie-4", "body-", "password="] {
            #expect(!log.contains(secret), "\(secret)")
        }
        for line in log.split(separator: "\n") {
            let document = try JSONParser.parse(Array(line.utf8))
            let names = document.object?.members.map(\.name) ?? []
            #expect(names.starts(with: ["time", "level", "message"]), "\(line)")
            #expect(line.utf8.count < 6000)
        }
    }

    @Test func requestsAreLoggedIfTheLevelAsksForIt() throws {
        for (level, count) in [("request", 3), ("info", 0)] {
            let server = try Server.serving(
                in: try Folder(), environment: ["MARTLET_LOG_LEVEL": level, "MARTLET_LOG_FORMAT": "text"])
            let client = try server.client()
            for _ in 0..<3 { #expect(try client.send("GET", "/api/user/balance").status == 401) }
            server.signal(SIGTERM)
            #expect(try server.waitForEnd() == 0)
            let lines = server.logText.split(separator: "\n").filter { $0.contains("GET /api/user/balance: 401, ") }
            #expect(lines.count == count, "\(server.logText)")
        }
    }

    /// An unread pipe is full after 64 KiB. The server still answers requests, and still stops.
    @Test func anUnreadLogPipeDelaysNoRequest() throws {
        let folder = try Folder()
        let pipe = folder.file("log")
        #expect(mkfifo(pipe, 0o600) == 0)
        let reading = open(pipe, O_RDWR | O_NONBLOCK)
        defer { close(reading) }
        let server = try Server(
            in: folder, arguments: ["-c", "exec \"$0\" serve 2> log", Server.executable],
            environment: [
                "RUN_ADDRESS": "127.0.0.1:0", "MARTLET_ACCRUAL_LISTEN": "127.0.0.1:0", "MARTLET_ADMIN_ADDRESS": "",
                "MARTLET_LOG_LEVEL": "request",
            ], executable: "/bin/sh")
        var port: UInt16?
        var said = ""
        try eventually("it listens; it said: \(said)") {
            said += Self.readWhatIsThere(reading)
            port = said.firstMatch(of: /listening on http:\/\/127\.0\.0\.1:(\d+)/).flatMap { UInt16($0.1) }
            return port != nil
        }
        let client = try Client(endpoint: Endpoint(address: [127, 0, 0, 1], port: try #require(port)))
        for _ in 0..<10_000 { #expect(try client.send("GET", "/api/user/balance").status == 401) }
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
    }

    private static func readWhatIsThere(_ descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = read(descriptor, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    /// Settings that can change in a running server do, the others are named, and an invalid file changes nothing.
    @Test func theConfigurationIsReadAgainOnSIGHUP() throws {
        let folder = try Folder()
        try folder.write(#"{"log": {"level": "info", "format": "text"}}"#, to: "config.json")
        let server = try Server.serving(in: folder)
        let client = try server.client()
        func reload(_ text: String, until line: String) throws {
            try folder.write(text, to: "config.json")
            server.signal(SIGHUP)
            try eventually("\(line); it said: \(server.logText)") { server.logText.contains(line) }
        }
        #expect(try client.send("GET", "/first").status == 404)
        try reload(
            #"{"log": {"level": "request", "format": "json"}, "http": {"event_loops": 3}}"#,
            until: #""message":"SIGHUP: changed, and in force after a restart: http.event_loops""#)
        #expect(server.logText.contains(#"applied: log.level, log.format""#))
        #expect(try client.send("GET", "/second").status == 404)
        try reload(#"{"log": {"level": "error""#, until: "the configuration stays as it was: config.json: line 1")
        try reload(#"{"nonsense": 1}"#, until: "nonsense is not a setting")
        #expect(try client.send("GET", "/third").status == 404)
        try reload(
            #"{"log": {"level": "request", "format": "json"}, "dispatcher": {"requests_per_minute": 5}}"#,
            until: "applied: dispatcher.requests_per_minute")
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        #expect(!server.logText.contains("/first"))
        #expect(server.logText.contains(#""path":"/second""#) && server.logText.contains(#""path":"/third""#))
    }
}

extension Client {
    /// For requests that may be answered in any way, or not at all.
    fileprivate func forgetConnectionErrors(_ body: (Client) throws -> Void) {
        do { try body(self) } catch {}
    }
}
