import EndToEndSupport
import Foundation
import Posix
import TestSupport
import Testing

/// Conditions, names of requests and other origins, through the socket.
@Suite(.serialized)
struct ReadingTests {
    private static let paths = [
        "/api/user/orders", "/api/user/withdrawals", "/api/user/ledger", "/api/user/balance",
    ]

    /// A server of two loops, and connections enough that both have some.
    private func start(
        in folder: Folder, accrual: String, _ environment: [String: String] = [:]
    ) throws -> (server: Server, clients: [Client]) {
        let server = try Server.serving(
            in: folder, accrual: accrual,
            environment: ["MARTLET_HTTP_EVENT_LOOPS": "2", "MARTLET_DISPATCHER_INTERVAL_MS": "10"]
                .merging(environment) { $1 })
        return (server, try (0..<8).map { _ in try server.client() })
    }

    private func condition(_ tag: String) -> [String] { ["If-None-Match: \(tag)"] }

    /// A client polls with its tag. It gets 304 from every loop until the pipeline settles an order, then 200, and
    /// never again 304 for the earlier state.
    @Test func aPollSeesAChangeOnce() throws {
        let accrual = try AccrualServer()
        let (server, clients) = try start(in: try Folder(), accrual: accrual.address)
        try clients[0].register("user")
        for client in clients { client.authorization = clients[0].authorization }
        let order = orderNumber(1)
        accrual.answer(order, with: [.unknown])
        #expect(try clients[0].send("POST", "/api/user/orders", order).status == 202)
        let paths = Self.paths + ["/api/user/orders/\(order)"]
        var tags: [String: String] = [:]
        for path in paths {
            let tag: String = try #require(try clients[0].send("GET", path)["ETag"])
            tags[path] = tag
        }
        for client in clients {
            for path in paths {
                let answer = try client.send("GET", path, fields: condition(tags[path]!))
                #expect(answer.status == 304, "\(path)")
                #expect(answer["ETag"] == tags[path] && answer["Content-Length"] == nil)
                #expect(answer["Cache-Control"] == "private, no-cache")
            }
        }
        accrual.answer(order, with: [.known(order, "PROCESSED", accrual: "5")])
        try eventually("a poll tells of the points") {
            // While the commit is under way the old balance may be told once more, without a tag.
            let answer = try clients[1].send("GET", "/api/user/balance", fields: condition(tags["/api/user/balance"]!))
            return answer.status == 200 && answer.text == #"{"current":5,"withdrawn":0}"#
        }
        for client in clients {
            for path in paths {
                let answer = try client.send("GET", path, fields: condition(tags[path]!))
                let isEmpty = path == "/api/user/withdrawals"
                #expect(answer.status == (isEmpty ? 204 : 200), "\(path)")
                #expect(answer["ETag"] != tags[path])
            }
            #expect(try client.send("GET", "/api/user/balance").text == #"{"current":5,"withdrawn":0}"#)
        }
        #expect(server.isRunning)
    }

    /// Commits are counted anew, so that the same number is another state.
    @Test(.onSQLite("servers on PostgreSQL share their entity tags")) func entityTagsEndWithTheServer() throws {
        let folder = try Folder()
        let accrual = try AccrualServer()
        var (server, clients) = try start(in: folder, accrual: accrual.address)
        try clients[0].register("user")
        let session = clients[0].authorization
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)
        var seen: Set<String> = []
        for _ in 0..<3 {
            (server, clients) = try start(in: folder, accrual: accrual.address)
            for client in clients { client.authorization = session }
            for tag in seen {
                #expect(try clients[0].send("GET", "/api/user/balance", fields: condition(tag)).status == 200)
            }
            let tags: [String] = try clients.map { try #require(try $0.send("GET", "/api/user/balance")["ETag"]) }
            #expect(Set(tags).count == 1, "all loops say the same")
            #expect(!seen.contains(tags[0]))
            seen.insert(tags[0])
            server.killAtOnce()
        }
    }

    private func isOurs(_ id: String?) -> Bool { id?.wholeMatch(of: /[0-9a-f]{16}-[0-9a-f]+/) != nil }

    @Test func everyResponseHasARequestID() throws {
        let server = try Server.serving(in: try Folder(), environment: ["MARTLET_HTTP_BODY_TIMEOUT_MS": "300"])
        var seen: Set<String> = []
        for (input, status) in [
            ("\0\0\0\0\r\n\r\n", 400), ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/9.9\r\nHost: a\r\n\r\n", 505),
            ("BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501), ("GET /\(String(repeating: "x", count: 9000))", 414),
            ("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 17_000))", 431),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 104857600\r\n\r\n", 413),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400),
            ("GET /a HTTP/1.1\r\nHost: a\r\n\r\n", 404), ("PUT /api/user/login HTTP/1.1\r\nHost: a\r\n\r\n", 405),
        ] {
            let client = try server.client()
            try client.write(Array(input.utf8))
            let answer = try client.answer()
            #expect(answer.status == status, "\(input.prefix(40).debugDescription)")
            let id: String = try #require(answer["X-Request-Id"])
            #expect(isOurs(id), "\(id)")
            #expect(answer.json?.object?["request_id"]?.string == id)
            seen.insert(id)
        }
        #expect(seen.count == 10)
        // The client's own id is used if the head was read before the error.
        for (rest, status) in [
            ("Content-Length: 104857600\r\n\r\n", 413), ("Transfer-Encoding: chunked\r\n\r\nx\r\n", 400),
            ("Content-Length: 5\r\n\r\nhalf", 408),
        ] {
            let client = try server.client()
            try client.write(Array("POST / HTTP/1.1\r\nHost: a\r\nX-Request-Id: my-1\r\n\(rest)".utf8))
            let answer = try client.answer()
            #expect(answer.status == status && answer["X-Request-Id"] == "my-1")
            #expect(answer.json?.object?["request_id"]?.string == "my-1")
        }
        let shop = try server.accrualClient()
        #expect(isOurs(try shop.send("GET", "/api/goods")["X-Request-Id"]))
        #expect(try shop.send("GET", "/nowhere", fields: ["X-Request-Id: my-1"])["X-Request-Id"] == "my-1")
    }

    @Test func aRefusedConnectionIsNamedToo() throws {
        let server = try Server.serving(in: try Folder(), environment: ["MARTLET_HTTP_CONNECTIONS_MAX": "1"])
        let first = try server.client()
        #expect(try first.send("GET", "/nowhere").status == 404)
        let answer = try server.client().answer()
        #expect(answer.status == 503)
        #expect(isOurs(answer["X-Request-Id"]))
    }

    @Test func aPageOfAnAllowedOriginUsesTheAPI() throws {
        let server = try Server.serving(
            in: try Folder(), environment: ["MARTLET_CORS_ORIGINS": "https://app.example, http://localhost:3000"])
        let client = try server.client()
        let origin = ["Origin: http://localhost:3000", "Sec-Fetch-Site: cross-site"]
        let preflight = try client.send(
            "OPTIONS", "/api/user/register", fields: origin + ["Access-Control-Request-Method: POST"])
        #expect(preflight.status == 204)
        #expect(preflight["Access-Control-Allow-Origin"] == "http://localhost:3000")
        #expect(preflight["Access-Control-Allow-Methods"] == "POST, OPTIONS")
        let pair = #"{"login":"user","password":"secret"}"#
        let registered = try client.send("POST", "/api/user/register", pair, fields: origin)
        #expect(registered.status == 200)
        #expect(registered["Access-Control-Expose-Headers"]?.hasPrefix("Authorization, ETag") == true)
        client.authorization = registered["Authorization"]
        let balance = try client.send("GET", "/api/user/balance", fields: origin)
        #expect(balance["Access-Control-Allow-Origin"] == "http://localhost:3000" && balance["Vary"] == "Origin")
        client.authorization = nil
        // Also for requests that cannot be read, as far as their heads were.
        for (origin, granted) in [("http://localhost:3000", "http://localhost:3000"), ("https://evil.example", nil)] {
            let raw = try server.client()
            let head = "POST / HTTP/1.1\r\nHost: a\r\nOrigin: \(origin)\r\nContent-Length: 104857600\r\n\r\n"
            try raw.write(Array(head.utf8))
            let answer = try raw.answer()
            #expect(answer.status == 413 && answer["Vary"] == "Origin")
            #expect(answer["Access-Control-Allow-Origin"] == granted)
        }
        for evil in ["https://evil.example", "null"] {
            let answer = try client.send("POST", "/api/user/login", pair, fields: ["Origin: \(evil)"])
            #expect(answer.status == 403)
            #expect(!answer.fields.contains { $0.name.hasPrefix("Access-Control") })
        }
    }

    @Test func aWildcardOriginEndsTheStart() throws {
        let folder = try Folder()
        let server = try Server.launched(in: folder, environment: ["MARTLET_CORS_ORIGINS": "*"])
        #expect(try server.waitForEnd() == 78)
        #expect(server.logText.contains("cors_origins must be origins"))
    }
}
