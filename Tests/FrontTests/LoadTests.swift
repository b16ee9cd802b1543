import Posix
import TestSupport
import Testing

/// Many at once.
@Suite(.serialized) struct LoadTests {
    @Test func answersFromOtherThreadsReachTheRightRequest() throws {
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

    /// Rounds of five requests in one write, some answered at once and some by another thread.
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
            // The places of the last round are free once the loops have seen its clients go.
            let areAllServed = waitUntil {
                while clients.count < count {
                    guard let client = try? front.client(), (try? client.get("/")) != nil,
                        (try? client.answer().status) == 200
                    else { return false }
                    clients.append(client)
                }
                return true
            }
            try #require(areAllServed)
            for client in clients { try client.get("/again") }
            for client in clients { #expect(try client.answer().status == 200) }
        }
        #expect(front.stop() < 5_000)
    }

    /// What a client that sends ahead may make the server keep is bounded: at some point the kernel takes no more.
    @Test func aClientThatSendsAheadIsReadNoFurther() throws {
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
    func whateverClientsDoTheNextOneIsServed(seed: UInt64) throws {
        let places = 8
        let front = try TestFront {
            $0.connectionsMax = places
            $0.timeouts.lingerMilliseconds = 200
        }
        let answerer = Thread(name: "answerer") { while let held = front.script.held.take() { held.answer() } }
        var generator = SeededRandom(seed: seed)
        for step in 0..<300 {
            // Each has gone when the next one comes, so that what it left behind is all that can take up a place.
            try? Self.misbehave(try front.client(patienceMilliseconds: 20), &generator)
            guard step % 50 == 49 else { continue }
            let areServed = waitUntil {
                guard let clients = try? (0..<places).map({ _ in try front.client() }) else { return false }
                for client in clients { try? client.get("/good") }
                return clients.allSatisfy { (try? $0.answer().text) == "GET /good " }
            }
            #expect(areServed, "seed \(seed), step \(step)")
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
