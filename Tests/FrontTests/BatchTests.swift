import TestSupport
import Testing

/// Requests that arrive together belong to one batch: the handler's `endBatch` is called after all of them.
@Suite struct BatchTests {
    /// The requests of each batch, beginning with the request that has blocked the loop.
    private func batches(of front: TestFront) -> [[String]] {
        var batches: [[String]] = [[]]
        for event in front.script.log.drop(while: { $0 != .request("/block") }) {
            switch event {
            case .request(let target): batches[batches.count - 1].append(target)
            case .batchEnd: batches.append([])
            case .closed: break
            }
        }
        return batches
    }

    /// Clients that were served before, and one that blocks the loop while they send.
    private func blockedFront(clients count: Int) throws -> (TestFront, [TestClient]) {
        let front = try TestFront()
        let clients = try (0..<count).map { _ in try front.client() }
        for client in clients {
            try client.get("/before")
            #expect(try client.answer().status == 200)
        }
        let blocker = try front.client()
        try blocker.get("/block")
        try eventually { front.script.log.contains(.request("/block")) }
        return (front, clients + [blocker])
    }

    @Test func requestsThatArriveTogetherAreOneBatch() throws {
        let (front, clients) = try blockedFront(clients: 3)
        try clients[0].get("/a1")
        try clients[0].get("/a2")
        try clients[1].get("/b1")
        try clients[2].get("/later/c1")
        front.script.unblock()
        try #require(front.script.held.take()).answer()
        for text in ["GET /a1 ", "GET /a2 "] { #expect(try clients[0].answer().text == text) }
        #expect(try clients[1].answer().text == "GET /b1 ")
        #expect(try clients[2].answer().text == "later /later/c1")
        try eventually { batches(of: front).count >= 3 }
        let all = batches(of: front)
        #expect(all[0] == ["/block"])
        #expect(Set(all[1]) == ["/a1", "/a2", "/b1", "/later/c1"])
    }

    @Test func aLongPipelineDoesNotDelayOthers() throws {
        let (front, clients) = try blockedFront(clients: 2)
        try clients[0].send((0..<300).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
        try clients[1].get("/other")
        front.script.unblock()
        #expect(try clients[1].answer().text == "GET /other ")
        for number in 0..<300 { #expect(try clients[0].answer().text == "GET /\(number) ") }
        try eventually { batches(of: front).joined().count == 302 && batches(of: front).last == [] }
        let all = batches(of: front)
        #expect(all[1].contains("/other"))
        #expect(all.allSatisfy { $0.count <= 65 }, "\(all.map(\.count))")
    }
}
