import Testing

/// What many slow clients may make the server hold, all of them together.
@Suite struct BufferLimitTests {
    private static let post = "POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: "

    /// Each of them within its limit, and all of them over theirs.
    @Test func halfBodiesThatAreTooMuchTogetherGet503() throws {
        // One address may hold half of it.
        let front = try TestFront { $0.bufferedBytesMax = 2 * 1024 * 1024 }
        let half = [UInt8](repeating: 0x78, count: 200_000)
        let clients = try (0..<20).map { _ in try front.client() }
        for client in clients { try client.send(Self.post + "400000\r\n\r\n") }
        for client in clients { try client.send(half) }
        // A small request needs no more than every connection may have.
        let other = try front.client()
        try other.send(Self.post + "1000\r\n\r\n")
        try other.send([UInt8](repeating: 0x78, count: 1_000))
        #expect(try other.answer().text == "1000")

        var refusedCount = 0
        for client in clients {
            // Those who were refused have been told; the others wait for their other half, and there is room for it.
            try? client.send(half)
            let answer = try client.answer()
            if answer.status == 503 { refusedCount += 1 } else { #expect(answer.text == "400000") }
        }
        #expect((15...19).contains(refusedCount), "\(refusedCount)")
        let next = try front.client()
        try next.send(Self.post + "400000\r\n\r\n")
        try next.send(half + half)
        #expect(try next.answer().text == "400000", "what the others held is free again")
    }

    /// What one address holds costs its own connections, and not those of another.
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
