import Posix
import Synchronization
import TestSupport
import Testing

/// Bodies that are made in parts while they are sent.
@Suite struct StreamTests {
    private static func body(_ count: Int) -> [UInt8] { (0..<count).flatMap(ScriptedParts.part) }

    @Test(arguments: [0, 1, 2, 10, 500])
    func aStreamedBodyIsCompleteAndTheNextResponseFollowsIt(parts: Int) throws {
        let front = try TestFront()
        let client = try front.client()
        try client.get("/parts/\(parts)")
        try client.get("/next")
        let answer = try client.answer()
        #expect(answer.fields["transfer-encoding"] == "chunked")
        #expect(answer.fields["content-length"] == nil)
        #expect(answer.body == Self.body(parts))
        #expect(try client.answer().text == "GET /next ")
    }

    @Test func withoutKeepAliveTheConnectionEndsAfterIt() throws {
        let front = try TestFront()
        let client = try front.client()
        try client.get("/parts/20", fields: "Connection: close\r\n")
        #expect(try client.answer().body == Self.body(20))
        #expect(try client.rest() == "")
    }

    /// HTTP/1.0 has no chunks: the end of the connection is the end of the body, even if the client asks for
    /// keep-alive.
    @Test(arguments: ["", "Connection: keep-alive\r\n"])
    func anOldClientReadsToTheEnd(fields: String) throws {
        let front = try TestFront()
        let client = try front.client()
        try client.send("GET /parts/20 HTTP/1.0\r\n\(fields)\r\n")
        let text = try client.rest()
        let body = try #require(text.firstRange(of: "\r\n\r\n")).upperBound
        #expect(Array(text[body...].utf8) == Self.body(20))
        #expect(text[..<body].contains("\r\nConnection: close\r\n"))
        #expect(!text[..<body].lowercased().contains("transfer-encoding"))
    }

    @Test func aHeadRequestMakesNoPart() throws {
        let front = try TestFront()
        let client = try front.client()
        try client.send("HEAD /parts/20 HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.answer(omitsBody: true).fields["transfer-encoding"] == "chunked")
        try client.get("/next")
        #expect(try client.answer().text == "GET /next ")
        #expect(front.script.partsMade.load(ordering: .relaxed) == 0)
    }

    @Test func aBodyThatFailsEndsWithAReset() throws {
        let front = try TestFront()
        let client = try front.client()
        try client.get("/broken/3")
        #expect(throws: SystemError.self, "a reset, which no client mistakes for the end") { try client.rest() }
    }

    /// Two gigabytes, of which the kernel takes a small part if the client does not read.
    @Test func partsAreMadeAsTheClientReadsThemAndOthersAreServed() throws {
        let front = try TestFront { $0.timeouts.writeMilliseconds = 1_500 }
        let slow = try front.client()
        try slow.get("/parts/500000")
        let other = try front.client()
        for _ in 0..<200 {
            try other.get("/other")
            #expect(try other.answer().text == "GET /other ")
        }
        #expect(front.script.bodiesLeft.load(ordering: .relaxed) == 0)
        try eventually("the time for writing is over") { front.script.bodiesLeft.load(ordering: .relaxed) == 1 }
        let made = front.script.partsMade.load(ordering: .relaxed)
        #expect(made > 0 && made * 4_000 < 2 * 1024 * 1024, "\(made) parts")
    }

    @Test func aClientThatLeavesEndsItsBody() throws {
        let front = try TestFront()
        do {
            let client = try front.client()
            try client.get("/parts/500000")
            _ = try client.receiveMore()
            reset(client)
        }
        try eventually { front.script.bodiesLeft.load(ordering: .relaxed) == 1 }
    }
}
