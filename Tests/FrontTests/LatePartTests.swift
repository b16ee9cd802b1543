import Posix
import Synchronization
import TestSupport
import Testing

/// Parts of a body that have to be waited for, such as pages that a store reads from a server.
@Suite struct LatePartTests {
    private static func body(_ count: Int) -> [UInt8] { (0..<count).flatMap(ScriptedParts.part) }

    /// Each part is asked for once, whatever happens on the loop before it has come.
    @Test(arguments: [0, 1, 12])
    func theBodyIsCompleteAndOthersAreServedMeanwhile(parts: Int) throws {
        let front = try TestFront()
        let (client, other) = (try front.client(), try front.client())
        try client.get("/late-parts/\(parts)")
        try client.get("/next")
        for number in 0...parts {
            let held = try #require(front.script.held.take())
            #expect(held.target == "part \(number)")
            try other.get("/other")
            #expect(try other.answer().text == "GET /other ")
            #expect(front.script.partsMade.load(ordering: .relaxed) == number)
            held.answer()
        }
        #expect(try client.answer().body == Self.body(parts))
        #expect(try client.answer().text == "GET /next ")
        #expect(front.script.held.drain().isEmpty)
    }

    @Test func aPartThatFailsLateEndsWithAReset() throws {
        let front = try TestFront()
        let client = try front.client()
        try client.get("/late-broken/2")
        for _ in 0...2 { try #require(front.script.held.take()).answer() }
        #expect(throws: SystemError.self, "a reset, which no client mistakes for the end") { try client.rest() }
    }

    @Test func aClientThatLeavesEndsItsBodyWhenThePartHasCome() throws {
        let front = try TestFront()
        let held: Script.Held
        do {
            let client = try front.client()
            try client.get("/late-parts/500")
            held = try #require(front.script.held.take())
            reset(client)
        }
        held.answer()
        try eventually { front.script.bodiesLeft.load(ordering: .relaxed) == 1 }
    }

    /// The connection has ended by the time the bytes come.
    @Test func bytesForAListenerThatHasGoneAreDropped() throws {
        let front = try TestFront()
        let held: Script.Held
        do {
            let client = try front.client()
            try client.get("/late-backlog/2")
            held = try #require(front.script.held.take())
        }
        try eventually { front.snapshot.connectionsOpen == 0 }
        #expect(front.script.stream.closed == 1)
        held.answer()
        front.waitForTurns()
        #expect(front.script.held.drain().isEmpty)
    }

    /// News and beats that come while a stream waits for its bytes follow them.
    @Test func aStreamThatWaitsForItsBytesMissesNothing() throws {
        let front = try TestFront()
        let client = try front.client()
        try client.get("/late-backlog/2")
        let first = try #require(front.script.held.take())
        front.script.stream.say("one")
        front.waitForTurns()
        front.script.stream.say("two")
        front.waitForTurns()
        first.answer()
        #expect(try client.text(upTo: "m\r\n").hasSuffix("\r\n\r\n1\r\nm\r\n"))
        try #require(front.script.held.take()).answer()
        #expect(try client.text(upTo: "two\r\n") == "1\r\nm\r\n6\r\nonetwo\r\n")
        front.script.stream.end()
        #expect(try client.text(upTo: "\r\n\r\n") == "0\r\n\r\n")
        #expect(front.script.held.drain().isEmpty)
    }

    /// The stop has the stream end, for a client of HTTP/1.0 too, although its bytes never come.
    @Test(arguments: ["1.0", "1.1"])
    func aStopDoesNotWaitForAStreamsBytes(version: String) throws {
        let front = try TestFront()
        let client = try front.client()
        try client.send("GET /late-backlog/2 HTTP/\(version)\r\nHost: a\r\n\r\n")
        _ = try client.text(upTo: "\r\n\r\n")
        let held = try #require(front.script.held.take())
        #expect(front.stop(withinMilliseconds: 20_000) < 8_000)
        #expect(front.script.stream.closed == 1)
        #expect(try client.rest() == (version == "1.0" ? "" : "0\r\n\r\n"))
        held.answer()
    }
}
