import EndToEndSupport
import Foundation
import Posix
import TestSupport
import Testing

/// The server as monitoring sees it: metrics, health and readiness.
@Suite(.serialized)
struct AdminTests {
    private func page(_ admin: Client) throws -> MetricsPage {
        let answer = try admin.send("GET", "/metrics")
        #expect(answer.status == 200)
        #expect(answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        return try MetricsPage(answer.text)
    }

    private func admin(_ server: Server) throws -> Client { try Client(endpoint: server.adminEndpoint()) }

    /// Each request is counted exactly once and under its route, on whichever loop it is served.
    @Test func everyRequestIsCounted() throws {
        let server = try Server.serving(in: try Folder(), environment: ["MARTLET_HTTP_EVENT_LOOPS": "2"])
        let client = try server.client()
        try client.register("anna")
        for _ in 0..<25 { #expect(try client.send("GET", "/api/user/balance").status == 200) }
        for _ in 0..<3 {
            let wrong = try client.send("POST", "/api/user/login", #"{"login":"anna","password":"wrong"}"#)
            #expect(wrong.status == 401)
        }
        #expect(try client.send("POST", "/api/user/login", #"{"login":"anna","password":"secret"}"#).status == 200)
        for number in 1...5 {
            #expect(try client.send("POST", "/api/user/orders", orderNumber(number)).status == 202)
        }
        #expect(try client.send("GET", "/nothing?token=x").status == 404)
        #expect(try client.send("DELETE", "/api/user/balance").status == 405)
        #expect(try client.send("HEAD", "/api/user/balance").status == 200)
        #expect(try server.accrualClient().send("GET", "/api/orders/18").status == 204)

        let page = try page(admin(server))
        let requests = "martlet_http_requests_total"
        let balance = ["route": "/api/user/balance", "method": "GET", "status": "200"]
        #expect(page.sum(requests, balance) == 25)
        #expect(page.sum(requests, ["route": "/api/user/balance", "method": "HEAD"]) == 1)
        #expect(page.sum(requests, ["route": "/api/user/orders", "status": "202"]) == 5)
        #expect(page.sum(requests, ["route": "other", "status": "404"]) == 1)
        #expect(page.sum(requests, ["route": "other", "status": "405"]) == 1)
        #expect(page.sum(requests, ["listener": "accruals", "route": "/api/orders/{number}", "status": "204"]) == 1)
        #expect(page.sum(requests, ["listener": "customers"]) == 38)
        let durations = "martlet_http_request_duration_seconds_count"
        #expect(page.sum(durations, ["listener": "customers"]) == 38)
        #expect(page.sum(durations, ["route": "/api/user/balance", "method": "GET"]) == 26)
        #expect(page.sum("martlet_sign_ins_total", ["outcome": "wrong"]) == 3)
        #expect(page.sum("martlet_sign_ins_total", ["outcome": "success"]) == 1)
        #expect(page.sum("martlet_http_connections", ["listener": "customers"]) == 1)
        // The registration, the session, five orders, and a settlement or more.
        #expect(page.sum("martlet_commit_operations_sum").map { $0 >= 7 } == true)
        #expect(page.sum("martlet_commit_duration_seconds_count") == page.sum("martlet_commit_operations_count"))
        let files = TestEngine.current == .sqlite ? ["martlet_database_wal_bytes"] : []
        for name in files + ["process_resident_memory_bytes"] {
            #expect(page.sum(name).map { $0 > 0 } == true, "\(name)")
        }
        #expect(page.sum("martlet_build_info") == 1)
        #expect(page.sum("martlet_accrual_health") == 1)
        try eventually("the orders wait for what the accrual system learns of them") {
            try self.page(admin(server)).sum("martlet_accrual_answers_total", ["result": "unknown"]).map { $0 >= 5 }
                ?? false
        }
    }

    /// While the database is small, it is counted again soon after each change; on PostgreSQL, by another thread.
    @Test func theDatabaseIsCountedAndMeasured() throws {
        let server = try Server.serving(in: try Folder())
        try server.client().register("anna")
        let admin = try admin(server)
        for count in 1...2 {
            try eventually("the sessions are counted and the database is measured") {
                let page = try self.page(admin)
                return page.sum("martlet_sessions") == Double(count)
                    && page.sum("martlet_database_bytes").map { $0 > 0 } == true
            }
            let login = try server.client().send("POST", "/api/user/login", #"{"login":"anna","password":"secret"}"#)
            #expect(login.status == 200)
        }
    }

    /// No text of a client becomes a label, because any client could then fill the memory of the metrics' collector.
    @Test func clientsMakeNoSeries() throws {
        let server = try Server.serving(in: try Folder(), environment: ["MARTLET_HTTP_EVENT_LOOPS": "1"])
        let client = try server.client()
        for number in 0..<50 { #expect(try client.send("GET", "/path\(number)/secret").status == 404) }
        let text = try admin(server).send("GET", "/metrics").text
        #expect(!text.contains("path1") && !text.contains("secret"))
        #expect(try MetricsPage(text).sum("martlet_http_requests_total", ["route": "other"]) == 50)
    }

    private static let promtool = ProcessInfo.processInfo.environment["MARTLET_PROMTOOL"] ?? "/usr/bin/promtool"

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: Self.promtool)))
    func prometheusHasNoComplaint() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        try server.client().register("anna")
        try folder.write(try admin(server).send("GET", "/metrics").text, to: "metrics")
        let check = try Server(
            in: folder, arguments: ["-c", "exec \"$0\" check metrics < metrics", Self.promtool], executable: "/bin/sh")
        #expect(try check.waitForEnd() == 0, "\(check.outputText) \(check.logText)")
        #expect(check.outputText.isEmpty && check.logText.isEmpty, "\(check.outputText) \(check.logText)")
    }

    private func health(_ folder: Folder, _ address: String) throws -> (status: Int32, said: String) {
        let command = try Server(
            in: folder, arguments: ["healthcheck"], environment: ["MARTLET_ADMIN_ADDRESS": address])
        return (try command.waitForEnd(), command.outputText + command.logText)
    }

    @Test func healthIsAskedForByACommand() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        let address = "\(try server.adminEndpoint())"
        #expect(try admin(server).send("GET", "/healthz").text == "ok\n")
        #expect(try admin(server).send("GET", "/readyz").text == "ok\n")
        #expect(try admin(server).send("GET", "/api/user/balance").status == 404)
        #expect(try admin(server).send("POST", "/metrics", "x").status == 405)
        let good = try health(folder, address)
        #expect(good.status == 0 && good.said == "ok\n")
        let port = address.split(separator: ":").last.map(String.init) ?? ""
        #expect(try health(folder, ":\(port)").status == 0)
        let off = try health(folder, "")
        #expect(off.status == 1 && off.said.contains("admin_address is not set"), "\(off)")
        let chosen = try health(folder, "127.0.0.1:0")
        #expect(chosen.status == 1 && chosen.said.contains("its port is 0"), "\(chosen)")
        // This listener answers, but it is not an admin listener.
        let other = try health(folder, "\(try server.endpoint())")
        #expect(other.status == 1 && other.said.contains("404"))
        server.killAtOnce()
        let gone = try health(folder, address)
        #expect(gone.status == 1 && gone.said.split(separator: "\n").count == 1, "\(gone.said)")
    }

    /// The admin port may belong to another server, whose health proves nothing about this one.
    @Test(.filesOfSQLite) func healthIsOfTheServerOnTheDatabase() throws {
        let (folder, other) = (try Folder(), try Folder())
        let first = try Server.serving(in: folder)
        let address = "\(try first.adminEndpoint())"
        let second = try Server.serving(in: other, environment: ["MARTLET_ADMIN_ADDRESS": ""])
        for _ in 0..<2 {
            let wrong = try health(other, address)
            #expect(wrong.status == 1 && wrong.said.contains("another database than martlet.db"), "\(wrong)")
            second.killAtOnce()
        }
        #expect(try health(folder, address).status == 0)
        // A second name of the same file is the same database, and a name that was given to another file is not.
        try FileManager.default.createSymbolicLink(
            atPath: other.file("link.db"), withDestinationPath: folder.file("martlet.db"))
        let linked = try Server(
            in: other, arguments: ["healthcheck", "-d", "link.db"], environment: ["MARTLET_ADMIN_ADDRESS": address])
        #expect(try linked.waitForEnd() == 0, "\(linked.logText)")
        #expect(rename(other.file("martlet.db"), other.file("moved.db")) == 0)
        let missing = try health(other, address)
        #expect(missing.status == 1 && missing.said.contains("martlet.db is missing"), "\(missing)")
        // An answer has to identify its server, because any program answers 200.
        let plain = try AccrualServer { _ in AccrualServer.Answer(status: "200 OK", body: "ok\n") }
        let unknown = try health(folder, "127.0.0.1:\(plain.port)")
        #expect(unknown.status == 1 && unknown.said.contains("does not name its database"), "\(unknown)")
    }

    /// While the server finishes its requests, a load balancer must send customers elsewhere.
    @Test func aServerThatStopsIsNotReady() throws {
        let folder = try Folder()
        let server = try Server.serving(in: folder)
        let admin = try admin(server)
        let busy = try server.client()
        // A request whose body is still to come keeps the server from ending.
        try busy.write(Array("POST /api/user/register HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n".utf8))
        #expect(try server.client().send("GET", "/api/user/balance").status == 401)
        try eventually("the request has begun") {
            try page(admin).sum("martlet_http_connections", ["listener": "customers"]) ?? 0 >= 1
        }
        server.signal(SIGTERM)
        try eventually("it is not ready") { try admin.send("GET", "/readyz").status == 503 }
        #expect(try admin.send("GET", "/readyz").text == "the server is stopping\n")
        #expect(try admin.send("GET", "/healthz").status == 200)
        try busy.write(Array("{} ".utf8))
        #expect(try busy.answer().status == 400)
        #expect(try server.waitForEnd() == 0)
    }

    /// As with the built-in accrual system: the default port is optional, and customers are served without it.
    @Test func aPortThatIsTakenIsAWarningOrAnError() throws {
        let folder = try Folder()
        var holder: Server?
        defer { withExtendedLifetime(holder) {} }
        // Servers of other tests hold the port for moments. A foreign program that holds it for longer serves the
        // purpose as well.
        for _ in 0..<20 {
            holder = try Server(
                in: folder, arguments: ["-a", "127.0.0.1:8082"],
                environment: [
                    "DATABASE_URI": "holder.db", "MARTLET_ADMIN_ADDRESS": "", "MARTLET_ACCRUAL_LISTEN": ":0",
                ])
            if try holder?.endpointUnlessEnded() != nil { break }
        }
        let environment = ["RUN_ADDRESS": "127.0.0.1:0", "MARTLET_ACCRUAL_LISTEN": "127.0.0.1:0"]
        let server = try Server(in: folder, environment: environment)
        try server.client().register("user")
        #expect(server.logText.contains("admin_address: localhost:8082: "), "\(server.logText)")
        let second = try Server(
            in: folder,
            environment: environment.merging(
                ["DATABASE_URI": "second.db", "MARTLET_ADMIN_ADDRESS": "localhost:8082"]) { $1 })
        #expect(try second.waitForEnd() == 69)
        #expect(second.logText.contains("admin_address: localhost:8082: "), "\(second.logText)")
    }
}
