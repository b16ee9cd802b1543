import TestSupport
import Testing

/// A client that has closed its sending side may still wait for responses.
@Suite struct HalfCloseTests {
    @Test func aHalfClosedClientGetsItsResponse() throws {
        let front = try TestFront()
        let client = try front.client()
        try client.get("/last")
        client.socket.finishSending()
        #expect(try client.answer().text == "GET /last ")
        #expect(try client.rest() == "")
    }

    @Test func aHalfClosedClientGetsALateResponse() throws {
        let front = try TestFront()
        let client = try front.client()
        try client.get("/later")
        client.socket.finishSending()
        try #require(front.script.held.take()).answer()
        #expect(try client.answer().text == "later /later")
        #expect(try client.rest() == "")
    }

    /// The end is reported once, while there are more bytes before it than one reception takes.
    @Test(arguments: [10, 63, 64, 65, 1_000, 5_000])
    func theEndAfterALongPipelineIsNoticed(count: Int) throws {
        let front = try TestFront()
        let blocker = try front.client()
        try blocker.get("/block")
        try eventually { front.script.requestCount == 1 }
        let client = try front.client(patienceMilliseconds: 10_000)
        try client.send((0..<count).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
        client.socket.finishSending()
        front.script.unblock()
        for number in 0..<count { #expect(try client.answer().text == "GET /\(number) ") }
        #expect(try client.rest() == "")
    }

    @Test(arguments: ["GET / HTTP/1.1\r\nHo", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"])
    func anIncompleteRequestIsNotServed(request: String) throws {
        let front = try TestFront()
        let client = try front.client(patienceMilliseconds: 5_000)
        try client.send(request)
        client.socket.finishSending()
        #expect(try client.rest() == "")
        #expect(front.script.requestCount == 0)
    }

    /// A megabyte of a body and the end of the input arrive while the loop is busy.
    @Test func theEndAfterAnIncompleteBodyIsNoticed() throws {
        let front = try TestFront()
        let blocker = try front.client()
        try blocker.get("/block")
        try eventually { front.script.requestCount == 1 }
        let client = try front.client(patienceMilliseconds: 5_000)
        try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
        try client.send([UInt8](repeating: 0x78, count: 200_000))
        client.socket.finishSending()
        front.script.unblock()
        #expect(try client.rest() == "")
    }

    @Test func aClientMayLeaveWhileItsResponseIsMade() throws {
        let front = try TestFront()
        for _ in 0..<50 {
            let client = try front.client()
            try client.get("/later")
            reset(client)
        }
        for _ in 0..<50 { try #require(front.script.held.take()).answer() }
        let client = try front.client()
        try client.get("/after")
        #expect(try client.answer().text == "GET /after ")
        #expect(front.stop() < 5_000)
    }
}
