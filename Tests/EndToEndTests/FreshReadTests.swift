import EndToEndSupport
import Foundation
import Posix
import Synchronization
import TestSupport
import Testing

/// Responses are cached, and yet no client ever reads a state older than one that any client has read.
@Suite(.serialized)
struct FreshReadTests {
    /// Others poll, so that every loop has kept answers at any time.
    private func whilePolling(
        _ server: Server, _ authorization: String?, _ paths: [String], _ body: () throws -> Void
    ) throws {
        let endpoint = try server.endpoint()
        let isOver = Mutex(false)
        let pollers = Posix.Thread(name: "pollers") {
            do {
                let clients = try (0..<6).map { _ in try Client(endpoint: endpoint) }
                for client in clients { client.authorization = authorization }
                while !isOver.withLock({ $0 }) {
                    for client in clients { for path in paths { _ = try client.send("GET", path) } }
                }
            } catch {
                Issue.record(error)
            }
        }
        defer {
            isOver.withLock { $0 = true }
            pollers.join()
        }
        try body()
    }

    @Test func acknowledgedWritesAreInEveryLaterResponse() throws {
        let server = try Server.serving(in: try Folder(), environment: ["MARTLET_HTTP_EVENT_LOOPS": "2"])
        let writer = try server.client()
        try writer.register("user")
        let readers = try (0..<6).map { _ in try server.client() }
        for reader in readers { reader.authorization = writer.authorization }
        try whilePolling(server, writer.authorization, ["/api/user/orders", "/api/user/balance"]) {
            for index in 1...150 {
                #expect(try writer.send("POST", "/api/user/orders", orderNumber(index)).status == 202)
                let list = try readers[index % readers.count].send("GET", "/api/user/orders")
                #expect(list.json?.array?.count == index)
                #expect(list.text.hasPrefix(#"[{"number":"\#(orderNumber(index))""#))
            }
        }
    }

    /// The status and the points change in one commit: a client that has seen one of them sees the other.
    @Test func aProcessedOrderIsNeverVisibleWithoutItsPoints() throws {
        let accrual = try AccrualServer()
        let server = try Server.serving(
            in: try Folder(), accrual: accrual.address,
            environment: ["MARTLET_HTTP_EVENT_LOOPS": "2", "MARTLET_DISPATCHER_INTERVAL_MS": "10"])
        let clients = try (0..<6).map { _ in try server.client() }
        try clients[0].register("user")
        for client in clients { client.authorization = clients[0].authorization }
        try whilePolling(server, clients[0].authorization, ["/api/user/orders", "/api/user/balance"]) {
            for index in 1...40 {
                let order = orderNumber(index)
                accrual.answer(order, with: [.known(order, "PROCESSED", accrual: "1")])
                #expect(try clients[0].send("POST", "/api/user/orders", order).status == 202)
                try eventually("the order is PROCESSED") {
                    try clients[index % 6].send("GET", "/api/user/orders").text
                        .hasPrefix(#"[{"number":"\#(order)","status":"PROCESSED""#)
                }
                let balance = try clients[(index + 1) % 6].send("GET", "/api/user/balance").text
                #expect(balance == #"{"current":\#(index),"withdrawn":0}"#)
            }
        }
    }

    @Test func aLongListIsStreamedCompletely() throws {
        let server = try Server.serving(in: try Folder())
        let client = try server.client()
        try client.register("user")
        let count = 1_300
        let requests = (1...count).flatMap { index in
            client.request("POST", "/api/user/orders", Array(orderNumber(index).utf8), fields: [])
        }
        for index in stride(from: 0, to: requests.count, by: 50_000) {
            try client.write(Array(requests[index..<min(index + 50_000, requests.count)]))
        }
        for _ in 1...count { #expect(try client.answer().status == 202) }
        let expected = (1...count).reversed().map { orderNumber($0) }
        for fields in [[], ["Accept-Encoding: gzip"]] {
            let answer = try client.send("GET", "/api/user/orders", fields: fields)
            #expect(answer["Transfer-Encoding"] == "chunked")
            #expect(answer["Vary"] == "Accept-Encoding")
            #expect(answer["Content-Encoding"] == (fields.isEmpty ? nil : "gzip"))
            let body = fields.isEmpty ? answer.body : try shell("gzip -dc", input: answer.body)
            let list = Client.Answer(status: 200, fields: [], body: body).json?.array ?? []
            #expect(list.map { $0.object?["number"]?.string } == expected)
        }
    }
}
