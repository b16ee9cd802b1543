import HTTP
import TestSupport
import Testing

@testable import Front

/// The connections that are closed to make room for others.
@Suite struct ConnectionLimitTests {
    /// Opens connections to one of the listeners. The loop has accepted each of them before the next one.
    private func connect(_ front: TestFront, _ count: Int, listener: Int = 0, path: String? = "/") throws
        -> [TestClient]
    {
        try (0..<count).map { _ in
            let accepted = front.snapshot.connectionsAccepted
            let client = try TestClient(front.listeners[listener].endpoint)
            if let path {
                try client.get(path)
                _ = try client.answer()
            }
            try eventually { front.snapshot.connectionsAccepted > accepted }
            return client
        }
    }

    /// Returns true if the server has closed the connection.
    private func isClosed(_ client: TestClient) -> Bool {
        (try? client.get("/still")) == nil || (try? client.answer().text) != "GET /still "
    }

    /// Idle connections after a request, or without any request.
    @Test(arguments: ["/", nil])
    func idleConnectionsOfTheGreediestAddressMakeRoom(path: String?) throws {
        let front = try TestFront(hosts: ["127.0.0.1", "::1"]) { $0.connectionsMax = 8 }
        let greedy = try connect(front, 6, path: path)
        let modest = try connect(front, 2, listener: 1)
        // After two more, each address has four.
        let more = try connect(front, 2, listener: 1)
        for client in modest + more { #expect(!isClosed(client)) }
        #expect(front.snapshot.connectionsOpen == 8)
        #expect(front.snapshot.connectionsClosedForOthers == 2)
        #expect(front.snapshot.connectionsRefused == 0)
        #expect(greedy.count { isClosed($0) } == 2)
    }

    /// Connections that a proxy keeps for later count for no client, and make room too.
    @Test func idleConnectionsOfAProxyMakeRoom() throws {
        let front = try TestFront { $0.connectionsMax = 2 }
        front.script.peersAreProxies.set()
        let kept = try connect(front, 2)
        for client in try connect(front, 1) { #expect(!isClosed(client)) }
        #expect(front.snapshot.connectionsClosedForOthers == 1)
        #expect(kept.count { isClosed($0) } == 1)
    }

    /// The next request may have arrived in the kernel, which reports it once.
    @Test func aConnectionWithUnreceivedBytesIsNotClosed() throws {
        let test = try TestLoop()
        let (connection, client) = try test.connect()
        test.loop.advanceRunnable()
        #expect(connection.closingRank == 0)
        connection.state.input.wasReported(isEnd: false)
        #expect(connection.closingRank == nil)
        withExtendedLifetime(client) {}
    }

    /// More requests may have arrived in the kernel: they wait until the client reads.
    @Test(arguments: ["/big HTTP/1.1", "/big HTTP/1.0", "/parts/9000 HTTP/1.1"])
    func aResponseThatIsNotReadIsClosedLast(target: String) throws {
        let test = try TestLoop()
        let (connection, client) = try test.connect()
        try test.receive("GET \(target)\r\nHost: a\r\n\r\n", on: connection, from: client)
        for _ in 0..<3 { test.loop.advanceRunnable() }
        #expect(connection.closingRank == 3)
        connection.state.input.wasReported(isEnd: false)
        #expect(connection.closingRank == 3)
        test.loop.makeRunnable(connection)
        #expect(connection.closingRank == nil, "the client has read something")
        withExtendedLifetime(client) {}
    }

    @Test func theConnectionThatWaitsLongestIsClosedFirst() throws {
        let front = try TestFront { $0.connectionsPerAddressMax = 3 }
        let clients = try connect(front, 3)
        // The order is that of the deadlines, which must differ.
        let asked = millisecondsNow()
        try eventually { millisecondsNow() > asked + 2 }
        try clients[0].get("/again")
        _ = try clients[0].answer()
        let next = try connect(front, 1)
        #expect(isClosed(clients[1]))
        #expect(!isClosed(clients[0]) && !isClosed(clients[2]) && !isClosed(next[0]))
    }

    /// An incomplete head occupies a connection for ten seconds.
    @Test func connectionsWithIncompleteHeadsMakeRoomAfterIdleOnes() throws {
        let front = try TestFront(hosts: ["127.0.0.1", "::1"]) { $0.connectionsMax = 4 }
        let received = front.snapshot.receivedBytes
        let half = "GET /half HT"
        let greedy = try connect(front, 3, path: nil)
        for client in greedy.prefix(2) { try client.send(half) }
        try eventually { front.snapshot.receivedBytes == received + 2 * half.utf8.count }
        let others = try connect(front, 3, listener: 1)
        #expect(isClosed(greedy[2]), "the idle connection")
        for client in others { #expect(!isClosed(client)) }
        #expect(front.snapshot.connectionsClosedForOthers == 2)
    }

    /// Streams are closed for an address with few connections, but not for one that has as many as their own.
    @Test func streamsOfTheGreediestAddressMakeRoom() throws {
        let front = try TestFront(hosts: ["127.0.0.1", "::1"]) {
            $0.connectionsMax = 6
            $0.connectionsPerAddressMax = 5
        }
        let streams = try connect(front, 5, path: nil)
        for client in streams {
            try client.get("/stream")
            _ = try client.text(upTo: "\r\n\r\n")
        }
        let own = try front.client()
        #expect(try own.answer().status == 503, "the address has reached its limit of five")
        let others = try connect(front, 3, listener: 1)
        #expect(front.snapshot.connectionsClosedForOthers == 2)
        for client in others { #expect(!isClosed(client)) }
        #expect(front.script.stream.closed == 2)
    }

    /// Half a body is closed for an address with few connections, but not for one that has as many as its own.
    @Test func halfBodiesOfTheGreediestAddressMakeRoom() throws {
        let front = try TestFront(hosts: ["127.0.0.1", "::1"]) {
            $0.connectionsMax = 6
            $0.connectionsPerAddressMax = 5
        }
        let greedy = try connect(front, 5, path: nil)
        for client in greedy {
            try front.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nhalf", from: client)
        }
        let own = try front.client()
        #expect(try own.answer().status == 503, "the address has reached its limit of five")
        let others = try connect(front, 3, listener: 1)
        #expect(front.snapshot.connectionsClosedForOthers == 2)
        for client in others { #expect(!isClosed(client)) }
        let answeredCount = greedy.count { client in
            (try? client.send("half")) != nil && (try? client.answer().text) == "POST / halfhalf"
        }
        #expect(answeredCount == 3)
    }

    /// A response that is not read is closed for an address with fewer connections, after an idle connection. Its end
    /// is not one that a client of HTTP/1.0 takes for the end of the response.
    @Test func unreadResponsesOfTheGreediestAddressMakeRoomLast() throws {
        let front = try TestFront(hosts: ["127.0.0.1", "::1"]) {
            $0.connectionsMax = 6
            $0.connectionsPerAddressMax = 5
        }
        let idle = try connect(front, 1)
        let unread = try connect(front, 4, path: nil)
        for client in unread { try client.send("GET /parts/9000 HTTP/1.0\r\n\r\n") }
        try eventually { front.script.requestCount == 5 }
        var others = try connect(front, 2, listener: 1)
        #expect(front.snapshot.connectionsClosedForOthers == 1)
        #expect(idle.allSatisfy { isClosed($0) })
        try eventually("the kernel takes no more of a response, which makes room") {
            let client = try TestClient(front.listeners[1].endpoint)
            guard (try? client.get("/")) != nil, (try? client.answer().status) == 200 else { return false }
            others.append(client)
            return true
        }
        try eventually { unread.contains { $0.takeReset() } }
        for client in others { #expect(!isClosed(client)) }
        #expect(front.snapshot.connectionsClosedForOthers == 2)
    }

    @Test func connectionsWhoseLastResponseWasSentMakeRoom() throws {
        let front = try TestFront {
            $0.connectionsPerAddressMax = 2
            $0.timeouts.lingerMilliseconds = 60_000
        }
        let lingering = try connect(front, 2, path: nil)
        for client in lingering {
            try client.send("GARBAGE\r\n\r\n")
            #expect(try client.answer().status == 400)
        }
        front.waitForTurns()
        for client in try connect(front, 1) { #expect(!isClosed(client)) }
        #expect(front.snapshot.connectionsClosedForOthers == 1)
    }

    @Test func requestInProgressIsNeverClosed() throws {
        let front = try TestFront(hosts: ["127.0.0.1", "::1"]) { $0.connectionsMax = 3 }
        let busy = try connect(front, 3, path: nil)
        for (number, client) in busy.enumerated() { try client.get("/later/\(number)") }
        let held = busy.compactMap { _ in front.script.held.take() }
        let other = try TestClient(front.listeners[1].endpoint)
        #expect(try other.answer().status == 503)
        for request in held { request.answer() }
        for (number, client) in busy.enumerated() { #expect(try client.answer().text == "later /later/\(number)") }
    }

    /// A proxy's connections are not its clients' connections: each client is counted by its requests, and the
    /// connection of a refused request persists for the others.
    @Test func clientsOfAProxyAreCountedSeparately() throws {
        let front = try TestFront { $0.connectionsPerAddressMax = 2 }
        front.script.peersAreProxies.set()
        let connections = try connect(front, 6)
        var held: [Script.Held] = []
        for (index, connection) in connections.prefix(3).enumerated() {
            try connection.get("/later/\(index)", fields: "Client: 192.0.2.1\r\n")
            if index < 2, let request = front.script.held.take() { held.append(request) }
        }
        var refused: [TestClient] = []
        #expect(try connections[2].answer().status == 503)
        refused.append(connections[2])
        for connection in refused + connections.suffix(3) {
            try connection.get("/other", fields: "Client: 192.0.2.2\r\n")
            #expect(try connection.answer().text == "GET /other ")
        }
        for request in held { request.answer() }
        for (index, connection) in connections.prefix(2).enumerated() {
            #expect(try connection.answer().text == "later /later/\(index)")
        }
        // The client's requests were answered, so there is room for another.
        for connection in connections.prefix(3) {
            try connection.get("/again", fields: "Client: 192.0.2.1\r\n")
            #expect(try connection.answer().text == "GET /again ")
        }
        #expect(front.snapshot.connectionsOpen == 6)
    }

    /// The requests of a pipeline, each of a different client, are answered in their order.
    @Test func pipelineOfAProxyIsAnsweredInItsOrder() throws {
        let front = try TestFront { $0.eventLoops = 2 }
        front.script.peersAreProxies.set()
        let connection = try front.client()
        let requests = (0..<200).map {
            "GET /\($0) HTTP/1.1\r\nHost: a\r\nClient: 192.0.2.\($0 % 7)\r\n\r\n"
        }
        try connection.send(requests.joined())
        for number in 0..<200 { #expect(try connection.answer().text == "GET /\(number) ") }
    }
}
