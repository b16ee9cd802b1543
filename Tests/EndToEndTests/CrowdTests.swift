import EndToEndSupport
import Foundation
import Posix
import TestSupport
import Testing

/// Thousands of clients that are idle, or that make the server wait.
@Suite(.serialized)
struct CrowdTests {
    private static let memoryPerIdleConnectionMax = 16 * 1024
    /// All clients of these tests have the same address.
    private static let fromOneAddress = ["MARTLET_HTTP_CONNECTIONS_PER_ADDRESS_MAX": "16384"]

    @Test func tenThousandIdleConnectionsCostLittleMemory() throws {
        let count = Crowd.connectionsMax(wanted: 10_000)
        let server = try Server.serving(in: try Folder(), environment: Self.fromOneAddress)
        let client = try server.client()
        try client.register("user")
        let before = try server.memoryKiB()
        let crowd = try Crowd(server.endpoint(), count: count)
        try #require(count > 1_000)
        // Each is served once, so that it has had its buffers.
        try crowd.exchange("GET /api/user/balance HTTP/1.1\r\nHost: a\r\n\r\n")
        let grownBytes = (try server.memoryKiB() - before) * 1024
        #expect(grownBytes / count < Self.memoryPerIdleConnectionMax, "\(grownBytes / count) bytes each")
        #expect(try client.send("GET", "/api/user/balance").status == 200)
    }

    @Test func tenThousandListenersCostLittleMemoryAndReceiveOneChange() throws {
        let count = Crowd.connectionsMax(wanted: 10_000)
        let order = orderNumber(77)
        let accrual = try AccrualServer { .known($0, "PROCESSED", accrual: "5") }
        let server = try Server.serving(
            in: try Folder(), accrual: accrual.address,
            environment: Self.fromOneAddress.merging(["MARTLET_EVENTS_STREAMS_PER_USER_MAX": "20000"]) { $1 })
        let client = try server.client()
        try client.register("user")
        let authorization = try #require(client.authorization)
        let before = try server.memoryKiB()
        let crowd = try Crowd(server.endpoint(), count: count)
        try crowd.exchange("GET /api/user/events HTTP/1.1\r\nHost: a\r\nAuthorization: \(authorization)\r\n\r\n")
        let grownBytes = (try server.memoryKiB() - before) * 1024
        #expect(grownBytes / count < Self.memoryPerIdleConnectionMax, "\(grownBytes / count) bytes each")
        #expect(try client.send("POST", "/api/user/orders", order).status == 202)
        try crowd.receive(upTo: #"data: {"current":5,"withdrawn":0}"#)
    }

    /// A hundred clients of each kind, none of which reads or finishes its request.
    @Test func slowClientsAreClosedByTheirDeadlineAndDelayNoOtherClient() throws {
        let server = try Server.serving(
            in: try Folder(),
            environment: [
                "MARTLET_HTTP_HEAD_TIMEOUT_MS": "1500", "MARTLET_HTTP_BODY_TIMEOUT_MS": "1500",
                "MARTLET_HTTP_WRITE_TIMEOUT_MS": "1500", "MARTLET_HTTP_IDLE_TIMEOUT_MS": "1500",
            ])
        let client = try server.client()
        try client.register("user")
        for index in 1...300 { #expect(try client.send("POST", "/api/user/orders", orderNumber(index)).status == 202) }
        let authorization = try #require(client.authorization)
        let list = "GET /api/user/orders HTTP/1.1\r\nHost: a\r\nAuthorization: \(authorization)\r\n\r\n"
        let kinds: [(begin: String, drip: String)] = [
            ("GET /api/user/balance HTTP/1.1\r\nHo", ""), ("GET / HTTP/1.1\r\nX: ", "x"), ("\r\n", "\r\n"),
            ("POST /api/user/login HTTP/1.1\r\nHost: a\r\nContent-Length: 999\r\n\r\n", "x"),
            ("POST /api/user/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
            (String(repeating: list, count: 500), ""),
        ]
        let before = try server.openDescriptorCount()
        let crowds = try kinds.map { kind in
            let crowd = try Crowd(server.endpoint(), count: 100)
            crowd.send(kind.begin)
            return (crowd, kind.drip)
        }
        try eventually("they are there") { try server.openDescriptorCount() >= before + kinds.count * 100 }
        try eventually("all are gone") {
            for (crowd, drip) in crowds where !drip.isEmpty { crowd.send(drip) }
            #expect(try client.send("GET", "/api/user/balance").status == 200)
            // A loop opens the files of the database with its first read.
            return try server.openDescriptorCount() < before + 10
        }
        #expect(try client.send("GET", "/api/user/orders").json?.array?.count == 300)
        #expect(try server.peakMemoryKiB() < 100 * 1024)
    }
}
