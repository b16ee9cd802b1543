import HTTP
import Testing

@testable import Front

/// The memory for the bodies of complete requests, which wait for their clients' turns or for their responses.
@Suite struct HeldBodyTests {
    /// More than a connection may hold in any case.
    private static let bodyBytes = 20_000

    private func post(_ path: String, fields: String = "") -> String {
        "POST \(path) HTTP/1.1\r\nHost: a\r\n\(fields)Content-Length: \(Self.bodyBytes)\r\n\r\n"
            + String(repeating: "x", count: Self.bodyBytes)
    }

    /// A request whose answer takes more than a turn.
    private func costly(of client: Int) -> String { post("/cost/5", fields: "Client: 192.0.2.\(client)\r\n") }

    /// Requests of a proxy that arrive together wait for their client's turns, and one is answered in each turn.
    @Test func bodiesThatWaitForTheirTurnFillOneClientsMemory() throws {
        // There is room for eight bodies of a client.
        let test = try TestLoop { $0.bufferedBytesMax = 2 * 170_000 }
        test.script.peersAreProxies.set()
        let connections = try (0..<10).map { _ in try test.connect() }
        for (connection, client) in connections {
            try test.receive(costly(of: 1), on: connection, from: client)
        }
        test.loop.advanceRunnable()
        let share = try #require(test.loop.shares[ClientShare.Key(network: IPAddress("192.0.2.1".utf8)!)])
        #expect(share.heldBytes >= 7 * Self.bodyBytes)
        #expect(test.loop.buffers.bytes >= 7 * Self.bodyBytes)

        let other = try test.connect()
        try test.receive(costly(of: 2), on: other.connection, from: other.client)
        for _ in 0..<20 { test.loop.advanceRunnable() }
        for (_, client) in connections.prefix(8) + [other] { #expect(try client.answer().status == 200) }
        for (_, client) in connections.suffix(2) { #expect(try client.answer().status == 503) }
        #expect(test.loop.buffers.bytes < Self.bodyBytes, "all were answered")

        let refused = connections[9]
        try test.receive(costly(of: 1), on: refused.connection, from: refused.client)
        for _ in 0..<20 { test.loop.advanceRunnable() }
        #expect(try refused.client.answer().status == 200, "there is room again, and the proxy's connection persists")
        for connection in test.loop.connections.all { connection.end() }
        #expect(test.loop.buffers.bytes == 0)
        #expect(share.heldBytes == 0)
    }

    /// A connection may end while its request waits.
    @Test func theBodyOfARequestThatIsDroppedIsNotCounted() throws {
        let test = try TestLoop()
        test.script.peersAreProxies.set()
        let connections = try (0..<3).map { _ in try test.connect() }
        for (connection, client) in connections {
            try test.receive(costly(of: 1), on: connection, from: client)
        }
        test.loop.advanceRunnable()
        #expect(test.loop.buffers.bytes >= 2 * Self.bodyBytes)
        for connection in test.loop.connections.all { connection.end() }
        #expect(test.loop.buffers.bytes == 0)
        for _ in 0..<10 { test.loop.advanceRunnable() }
        #expect(test.script.requestCount == 1)
        withExtendedLifetime(connections) {}
    }

    @Test func bodiesThatWaitForTheirResponsesFillOneClientsMemory() throws {
        // There is room for two bodies of a client.
        let front = try TestFront { $0.bufferedBytesMax = 2 * 50_000 }
        let clients = try (0..<2).map { number in
            let client = try front.client()
            try client.send(post("/later/\(number)"))
            return client
        }
        let held = try clients.map { _ in try #require(front.script.held.take()) }
        let refused = try front.client()
        try refused.send(post("/length"))
        #expect(try refused.answer().status == 503)
        #expect(try refused.rest() == "")
        let small = try front.client()
        try small.send("POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
        #expect(try small.answer().text == "3")

        for request in held { request.answer() }
        for (number, client) in clients.enumerated() { #expect(try client.answer().text == "later /later/\(number)") }
        for client in clients {
            try client.send(post("/length"))
            #expect(try client.answer().text == "\(Self.bodyBytes)")
        }
    }
}
