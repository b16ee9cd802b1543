import HTTP
import Testing

@testable import Front

/// The limit of the memory for the buffers of all clients.
@Suite struct BufferLimitTests {
    /// A client may hold half of the memory, and a proxy all of it, since its buffers belong to many clients.
    @Test func aProxyHasTheLimitOfAll() {
        var configuration = FrontConfiguration()
        configuration.bufferedBytesMax = 1_000
        var budget = BufferBudget(configuration)
        let client = ClientShare(ClientShare.Key(network: IPAddress(ipv4: 1)))
        budget.change(by: 600, of: client)
        #expect(budget.areTooLarge(of: client))
        budget.change(by: -600, of: client)
        let proxy = ClientShare(ClientShare.Key(network: IPAddress(ipv4: 1), isProxy: true))
        budget.change(by: 600, of: proxy)
        #expect(!budget.areTooLarge(of: proxy) && !budget.areTooLarge(of: client))
        budget.change(by: 500, of: proxy)
        #expect(budget.areTooLarge(of: proxy))
    }

    private static let post = "POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: "

    /// Each connection is within its limit, and all of them together exceed theirs.
    @Test func incompleteBodiesThatExceedTheLimitTogetherGet503() throws {
        // One address may hold half of the memory.
        let front = try TestFront { $0.bufferedBytesMax = 2 * 1024 * 1024 }
        let half = [UInt8](repeating: 0x78, count: 200_000)
        let clients = try (0..<20).map { _ in try front.client() }
        for client in clients { try client.send(Self.post + "400000\r\n\r\n") }
        for client in clients { try client.send(half) }
        // A small request fits into the part that each connection may hold in any case.
        let other = try front.client()
        try other.send(Self.post + "1000\r\n\r\n")
        try other.send([UInt8](repeating: 0x78, count: 1_000))
        #expect(try other.answer().text == "1000")

        var refusedCount = 0
        for client in clients {
            // Some clients were refused. The others wait for the rest of their bodies, for which there is room.
            try? client.send(half)
            let answer = try client.answer()
            if answer.status == 503 { refusedCount += 1 } else { #expect(answer.text == "400000") }
        }
        #expect((15...19).contains(refusedCount), "\(refusedCount)")
        let next = try front.client()
        try next.send(Self.post + "400000\r\n\r\n")
        try next.send(half + half)
        #expect(try next.answer().text == "400000", "the memory of the others is free again")
    }

    /// A HEAD may have a body too, half of which has arrived, or all. A body of the answer would be taken for the next
    /// answer.
    @Test(arguments: [80_000, 40_000]) func aHeadWithoutRoomGetsNoBody(contentLength: Int) throws {
        // One address may hold 32 KiB.
        let front = try TestFront { $0.bufferedBytesMax = 64 * 1024 }
        let client = try front.client()
        try client.send("HEAD /length HTTP/1.1\r\nHost: a\r\nContent-Length: \(contentLength)\r\n\r\n")
        try client.send([UInt8](repeating: 0x78, count: 40_000))
        let answer = try client.answer(omitsBody: true)
        #expect(answer.status == 503)
        #expect(answer.fields["connection"] == "close")
        #expect(try client.rest() == "")
        #expect(front.script.requestCount == 0)
    }

    /// The memory that one address uses ends its own connections, and not those of another address.
    @Test func oneAddressLeavesMemoryToAnother() throws {
        let front = try TestFront(hosts: ["127.0.0.1", "::1"]) { $0.bufferedBytesMax = 4 * 1024 * 1024 }
        let half = [UInt8](repeating: 0x78, count: 200_000)
        let others = try (0..<4).map { _ in try TestClient(front.listeners[1].endpoint) }
        for client in others { try client.send(Self.post + "400000\r\n\r\n") }
        for client in others { try client.send(half) }
        let greedy = try (0..<40).map { _ in try front.client() }
        for client in greedy { try client.send(Self.post + "400000\r\n\r\n") }
        for client in greedy { try client.send(half) }
        for client in others {
            try client.send(half)
            #expect(try client.answer().text == "400000")
        }
        let refusedCount = try greedy.count { client in
            try? client.send(half)
            return try client.answer().status == 503
        }
        #expect(refusedCount >= 30, "\(refusedCount)")
    }
}
