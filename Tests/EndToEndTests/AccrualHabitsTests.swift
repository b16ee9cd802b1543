import EndToEndSupport
import Foundation
import Synchronization
import TestSupport
import Testing

/// Accrual systems with habits of their own are asked as they have to be, and those without manners do no harm.
struct AccrualHabitsTests {
    private static func serve(_ accrual: AccrualServer, _ environment: [String: String] = [:]) throws -> (
        Server, Client
    ) {
        let environment = MisbehavingAccrualTests.hurried.merging(environment) { $1 }
        let server = try Server.serving(in: try Folder(), accrual: accrual.address, environment: environment)
        let client = try server.client()
        try client.register("user")
        return (server, client)
    }

    /// The accrual system allows one request a second, and its refusals have no `Retry-After`.
    @Test func refusalsWithoutRetryAfterPauseBriefly() throws {
        let lastAllowed = Mutex(Date.distantPast)
        let accrual = try AccrualServer(otherwise: { order in
            lastAllowed.withLock { last in
                guard Date().timeIntervalSince(last) >= 1 else {
                    return AccrualServer.Answer(status: "429 Too Many Requests")
                }
                last = Date()
                return .known(order, "PROCESSED", accrual: "1")
            }
        })
        let (server, client) = try Self.serve(accrual)
        for prefix in 1...5 { #expect(try client.send("POST", "/api/user/orders", orderNumber(prefix)).status == 202) }
        try eventually(within: 20, "five orders are credited: \(server.logText)") {
            try client.send("GET", "/api/user/balance").text == #"{"current":5,"withdrawn":0}"#
        }
    }

    @Test func anOutageWithRetryAfterIsWaitedOut() throws {
        let accrual = try AccrualServer()
        let order = orderNumber(1)
        accrual.answer(
            order,
            with: [
                AccrualServer.Answer(status: "503 Service Unavailable", fields: ["Retry-After: 2"]),
                .known(order, "PROCESSED", accrual: #""100.33""#),
            ])
        let (server, client) = try Self.serve(accrual)
        #expect(try client.send("POST", "/api/user/orders", order).status == 202)
        try eventually("it is credited, from a string: \(server.logText)") {
            try client.send("GET", "/api/user/balance").text == #"{"current":100.33,"withdrawn":0}"#
        }
        let asked = accrual.asked(order)
        #expect(asked.count == 2)
        #expect(asked[1].timeIntervalSince(asked[0]) >= 1.9)
    }

    /// The proxy is asked for hosts elsewhere alone, and the log names it without its password.
    @Test func aProxyIsNamedAndNotUsedForThisMachine() throws {
        let accrual = try AccrualServer(otherwise: { .known($0, "PROCESSED", accrual: "1") })
        let proxy = accrual.address.replacing("http://", with: "http://anna:secret@")
        for (address, isProxied) in [(accrual.address, false), ("http://accrual.test", true)] {
            let dead = isProxied ? proxy : "http://anna:secret@127.0.0.1:1"
            let server = try Server.serving(
                in: try Folder(), accrual: address,
                environment: MisbehavingAccrualTests.hurried.merging(["http_proxy": dead]) { $1 })
            let client = try server.client()
            try client.register("user")
            #expect(try client.send("POST", "/api/user/orders", orderNumber(1)).status == 202)
            try eventually("it is credited: \(server.logText)") {
                try client.send("GET", "/api/user/balance").text == #"{"current":1,"withdrawn":0}"#
            }
            #expect(server.logText.contains("asking the accrual system at \(address)"))
            #expect(server.logText.contains("through the proxy \(accrual.address)") == isProxied)
            #expect(!server.logText.contains("secret"))
        }
    }

    @Test func aProxyThatIsDeadIsNamedInTheTrouble() throws {
        let server = try Server.serving(
            in: try Folder(), accrual: "http://accrual.test",
            environment: MisbehavingAccrualTests.hurried.merging(["all_proxy": "http://127.0.0.1:1"]) { $1 })
        let client = try server.client()
        try client.register("user")
        #expect(try client.send("POST", "/api/user/orders", orderNumber(1)).status == 202)
        try eventually("the trouble names the proxy: \(server.logText)") {
            server.logText.contains("can't be relied on through the proxy http://127.0.0.1:1: ")
        }
    }

    /// Answers without end: the memory does not grow with what comes.
    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\n", "X: \(String(repeating: "y", count: 200))\r\n"), ("", "HTTP/1.1 100 Continue\r\n\r\n"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", "extension"), ("HTTP/1.1 200 OK\r\n\r\n", "x"),
    ])
    func answersWithoutEndTakeNoMemory(start: String, rest: String) throws {
        let order = orderNumber(100)
        let accrual = try AccrualServer(otherwise: { _ in
            AccrualServer.Answer(status: "", delivery: .endless(start: start, rest: rest))
        })
        accrual.answer(order, with: [.known(order, "PROCESSED", accrual: "1")])
        let (server, client) = try Self.serve(accrual, ["MARTLET_DISPATCHER_REQUEST_TIMEOUT_MS": "5000"])
        let before = try server.peakMemoryKiB()
        let bad = (1...16).map { orderNumber($0) }
        for number in bad + [order] { #expect(try client.send("POST", "/api/user/orders", number).status == 202) }
        try eventually("all were asked about, some twice: \(server.logText)") {
            bad.reduce(0) { $0 + accrual.asked($1).count } >= 24
        }
        try eventually("the good one is credited: \(server.logText)") {
            try client.send("GET", "/api/user/balance").text == #"{"current":1,"withdrawn":0}"#
        }
        // Eight workers with libcurl's buffers of some hundred KiB each.
        #expect(try server.peakMemoryKiB() - before < 40_000)
    }
}
