import Posix
import TestSupport
import Testing

/// Many connections at the same time.
@Suite(.serialized) struct LoadTests {
    @Test func responsesFromOtherThreadsReachTheRightRequest() throws {
        let front = try TestFront { $0.eventLoops = 2 }
        let answerers = (0..<3).map { index in
            Thread(name: "answerer-\(index)") { while let held = front.script.held.take() { held.answer() } }
        }
        let clients = (0..<4).map { thread in
            Thread(name: "client-\(thread)") {
                do { try Self.exchange(front.endpoint, name: "\(thread)", rounds: 400) } catch { Issue.record(error) }
            }
        }
        for thread in clients { thread.join() }
        front.script.held.close()
        for thread in answerers { thread.join() }
        #expect(front.script.requestCount == 4 * 400 * 5)
        #expect(front.stop() < 5_000)
    }

    /// Rounds of five requests in one write, of which some are answered at once and some by another thread.
    private static func exchange(_ endpoint: Endpoint, name: String, rounds: Int) throws {
        let connections = try (0..<4).map { _ in try TestClient(endpoint) }
        for round in 0..<rounds {
            let client = connections[round % connections.count]
            let paths = (0..<5).map { number in
                (number + round) % 3 == 0 ? "/\(name)/\(round)/\(number)" : "/later/\(name)/\(round)/\(number)"
            }
            try client.send(paths.map { "GET \($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
            for path in paths {
                let text = try client.answer().text
                #expect(text == (path.hasPrefix("/later") ? "later \(path)" : "GET \(path) "))
            }
        }
    }

    @Test func aThousandConnectionsComeAndGo() throws {
        let count = 1_000
        let front = try TestFront {
            $0.connectionsMax = count
            $0.eventLoops = 2
        }
        for _ in 0..<3 {
            var clients: [TestClient] = []
            // The connections of the last round are free when the loops have noticed that its clients have gone.
            try eventually("all are served") {
                while clients.count < count {
                    guard let client = try? front.client(), (try? client.get("/")) != nil,
                        (try? client.answer().status) == 200
                    else { return false }
                    clients.append(client)
                }
                return true
            }
            for client in clients { try client.get("/again") }
            for client in clients { #expect(try client.answer().status == 200) }
        }
        #expect(front.stop() < 5_000)
    }

    /// The memory for a client that sends without reading is limited: after a while the kernel takes no more bytes.
    @Test func aClientThatDoesNotReadIsNotReadFurther() throws {
        let front = try TestFront()
        let client = try front.client(patienceMilliseconds: 1_000)
        try client.get("/later")
        let held = try #require(front.script.held.take())
        let part = Array(String(repeating: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", count: 10_000).utf8)
        var sentCount = 0
        #expect(throws: TestClient.Failure.self) {
            while sentCount < 128 * 1024 * 1024 {
                try client.send(part)
                sentCount += part.count
            }
        }
        held.answer()
        #expect(try client.answer().text == "later /later")
    }

    @Test(arguments: [1, 2, 3, 4])
    func randomClientsDoNotKeepTheNextOneFromBeingServed(seed: UInt64) throws {
        let places = 8
        let front = try TestFront {
            $0.connectionsMax = places
            $0.timeouts.lingerMilliseconds = 200
        }
        let answerer = Thread(name: "answerer") { while let held = front.script.held.take() { held.answer() } }
        var generator = SeededRandom(seed: seed)
        for step in 0..<300 {
            // Each client has gone before the next one connects, so only connections that were left open can use up the
            // limit.
            try? Self.misbehave(try front.client(patienceMilliseconds: 20), &generator)
            guard step % 50 == 49 else { continue }
            try eventually("all are served; seed \(seed), step \(step)") {
                guard let clients = try? (0..<places).map({ _ in try front.client() }) else { return false }
                for client in clients { try? client.get("/good") }
                return clients.allSatisfy { (try? $0.answer().text) == "GET /good " }
            }
        }
        #expect(front.stop() < 5_000, "seed \(seed)")
        front.script.held.close()
        answerer.join()
    }

    private static func misbehave(_ client: consuming TestClient, _ generator: inout SeededRandom) throws {
        let request = [
            "GET /a HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /later HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
            "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            "GET /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            "garbage\r\n\r\n",
        ].randomElement(using: &generator)!
        var bytes = Array(String(repeating: request, count: Int.random(in: 1...40, using: &generator)).utf8)
        if Bool.random(using: &generator) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator)) }
        if Int.random(in: 0..<4, using: &generator) == 0 {
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        }
        while !bytes.isEmpty {
            let count = Int.random(in: 1...bytes.count, using: &generator)
            try client.send(Array(bytes[..<count]))
            bytes.removeFirst(count)
        }
        if Bool.random(using: &generator) { client.socket.finishSending() }
        if Bool.random(using: &generator) { _ = try client.receiveMore() }
        if Bool.random(using: &generator) { reset(client) }
    }
}
