import Posix
import TestSupport
import Testing

/// Bodies that last as long as the client listens.
@Suite struct FollowTests {
    private static let headEnd = "\r\n\r\n"

    @Test(arguments: [1, 3])
    func eachClientGetsNewsAtOnce(loops: Int) throws {
        let front = try TestFront { $0.eventLoops = loops }
        let clients = try (0..<8).map { _ in try front.client() }
        for client in clients {
            try client.get("/stream")
            #expect(try client.text(upTo: Self.headEnd).contains("\r\nTransfer-Encoding: chunked\r\n"))
        }
        for text in ["one", "two"] {
            front.script.stream.say(text)
            for client in clients { #expect(try client.text(upTo: "\(text)\r\n") == "3\r\n\(text)\r\n") }
        }
        front.script.stream.end()
        for client in clients {
            #expect(try client.text(upTo: Self.headEnd) == "0\r\n\r\n")
            try client.get("/next")
            #expect(try client.answer().text == "GET /next ")
        }
        #expect(front.script.stream.closed == clients.count)
    }

    /// Each stream has much to produce, and its client would read all of it at once.
    @Test func aStreamThatProducesMuchGivesWayToOthers() throws {
        let front = try TestFront()
        let clients = try (0..<20).map { _ in try front.client() }
        for client in clients { try client.get("/backlog/100") }
        let other = try front.client()
        try other.get("/other")
        #expect(try other.answer().text == "GET /other ")
        let made = String(repeating: "1\r\nm\r\n", count: 100)
        for client in clients { #expect(try client.text(upTo: made).hasSuffix("\r\n\r\n" + made)) }
        #expect(front.script.stream.madeInATurnMax <= 200, "of 2000, in a fifth of a millisecond")
        front.script.stream.say("said")
        for client in clients { #expect(try client.text(upTo: "said\r\n") == "4\r\nsaid\r\n") }
    }

    /// A stop does not wait for streams that have more to produce.
    @Test func aStopEndsProduction() throws {
        let front = try TestFront()
        let client = try front.client()
        try client.get("/backlog/1000000000")
        #expect(try client.text(upTo: "m").hasSuffix("m"))
        let reader = Posix.Thread(name: "read") { _ = try? client.rest() }
        #expect(front.stop(withinMilliseconds: 20_000) < 8_000)
        reader.join()
        #expect(front.script.stream.closed == 1)
    }

    /// A request that was sent during the stream waits for the stream's end.
    @Test func aRequestAfterAStreamIsAnsweredAfterIt() throws {
        let front = try TestFront()
        let client = try front.client()
        try client.get("/stream")
        try client.get("/next")
        front.script.stream.say("said")
        front.script.stream.end()
        #expect(try client.answer().text == "said")
        #expect(try client.answer().text == "GET /next ")
    }

    /// Neither the limit for idle connections nor that for writing ends a stream whose client has read everything.
    @Test func beatsKeepAQuietStream() throws {
        let front = try TestFront {
            $0.timeouts.idleMilliseconds = 150
            $0.timeouts.writeMilliseconds = 150
            $0.timeouts.headMilliseconds = 150
        }
        front.script.stream.beatMilliseconds = 400
        let client = try front.client()
        try client.get("/stream")
        _ = try client.text(upTo: Self.headEnd)
        for _ in 0..<4 { #expect(try client.text(upTo: ".\r\n") == "1\r\n.\r\n") }
        front.script.stream.say("said")
        #expect(try client.text(upTo: "said\r\n").hasSuffix("4\r\nsaid\r\n"))
    }

    @Test func aClientThatReadsNothingIsDropped() throws {
        let front = try TestFront { $0.timeouts.writeMilliseconds = 500 }
        let slow = try front.client()
        try slow.get("/stream")
        try eventually { front.script.stream.opened == 1 }
        front.script.stream.say(String(repeating: "x", count: 32 * 1024 * 1024))
        try eventually { front.script.stream.closed == 1 }
        #expect(throws: (any Error).self, "the end is not one that a client mistakes for the end of the body") {
            while try slow.takeAnswer() == nil, try slow.receiveMore() {}
            _ = try slow.answer()
        }
    }

    /// The stream has no beat at which the server would notice.
    @Test(arguments: [true, false])
    func aClientThatLeavesEndsItsStream(isReset: Bool) throws {
        let front = try TestFront()
        do {
            let client = try front.client()
            try client.get("/stream")
            try eventually { front.script.stream.opened == 1 }
            if isReset { reset(client) }
        }
        try eventually { front.script.stream.closed == 1 }
    }

    @Test func aStopEndsAllStreamsProperly() throws {
        let front = try TestFront()
        let listeners = try (0..<20).map { _ in try front.client() }
        for client in listeners {
            try client.get("/stream")
            _ = try client.text(upTo: Self.headEnd)
        }
        front.script.stream.say("said")
        let taken = front.stop()
        for client in listeners {
            #expect(try client.rest() == "4\r\nsaid\r\n0\r\n\r\n")
        }
        #expect(taken < 5_000, "\(taken) ms")
        #expect(front.script.stream.closed == 20)
    }

    /// The stop would wait for 20 seconds, and a write may take 15.
    @Test func aStopDoesNotWaitForAClientThatReadsNothing() throws {
        let front = try TestFront()
        let slow = try front.client()
        try slow.get("/stream")
        try eventually { front.script.stream.opened == 1 }
        front.script.stream.say(String(repeating: "x", count: 32 * 1024 * 1024))
        #expect(front.stop(withinMilliseconds: 20_000) < 8_000)
        #expect(front.script.stream.closed == 1)
    }

    /// HTTP/1.0 has no chunks: the end of the connection is the end of the stream.
    @Test func anOldClientReadsToTheEnd() throws {
        let front = try TestFront()
        let client = try front.client()
        try client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        let head = try client.text(upTo: Self.headEnd)
        #expect(head.contains("\r\nConnection: close\r\n"))
        #expect(!head.contains("Transfer-Encoding"))
        front.script.stream.say("said")
        #expect(try client.text(upTo: "said") == "said")
        front.script.stream.end()
        #expect(try client.rest() == "")
    }

    @Test func headOpensNothing() throws {
        let front = try TestFront()
        let client = try front.client()
        try client.send("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.answer(omitsBody: true).fields["transfer-encoding"] == "chunked")
        try client.get("/next")
        #expect(try client.answer().text == "GET /next ")
        #expect(front.script.stream.opened == 0)
    }
}
