import Posix
import TestSupport
import Testing

/// Requests and responses of one client on one connection.
@Suite struct ExchangeTests {
    @Test func aConnectionServesOneRequestAfterAnother() throws {
        let front = try TestFront()
        let client = try front.client()
        for number in 0..<50 {
            try client.get("/\(number)")
            let answer = try client.answer()
            #expect(answer.status == 200)
            #expect(answer.text == "GET /\(number) ")
            #expect(answer.fields["connection"] == nil)
            #expect(answer.fields["date"]?.hasSuffix(" GMT") == true)
        }
    }

    @Test func aRequestHasTheAddressOfItsPeer() throws {
        let front = try TestFront()
        let client = try front.client()
        for _ in 0..<2 {
            try client.get("/peer")
            #expect(try client.answer().text == "127.0.0.1")
        }
    }

    struct Ending: Sendable, CustomTestStringConvertible {
        let request: String
        /// The value of `Connection` in the response.
        let connection: String?
        let closes: Bool
        var testDescription: String { request.debugDescription }
    }

    @Test(arguments: [
        Ending(request: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", connection: nil, closes: false),
        Ending(request: "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", connection: "close", closes: true),
        Ending(request: "GET / HTTP/1.0\r\n\r\n", connection: "close", closes: true),
        Ending(request: "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", connection: "keep-alive", closes: false),
    ])
    func theConnectionClosesIfOneSideAsksForIt(_ ending: Ending) throws {
        let front = try TestFront()
        let client = try front.client()
        try client.send(ending.request)
        let answer = try client.answer()
        #expect(answer.status == 200)
        #expect(answer.fields["connection"] == ending.connection)
        if ending.closes {
            #expect(try client.rest() == "")
        } else {
            try client.get("/again")
            #expect(try client.answer().text == "GET /again ")
        }
    }

    @Test func headHasTheHeadOfGetAndNoBody() throws {
        let front = try TestFront()
        let client = try front.client()
        try client.send("HEAD /big HTTP/1.1\r\nHost: a\r\n\r\n")
        let answer = try client.answer(omitsBody: true)
        #expect(answer.fields["content-length"] == "\(Script.bigBody.count)")
        try client.get("/next")
        #expect(try client.answer().text == "GET /next ")
    }

    @Test func aPipelineIsAnsweredInOrder() throws {
        let front = try TestFront()
        let client = try front.client()
        let paths = (0..<200).map { $0 % 7 == 0 ? "/none" : "/\($0)" }
        try client.send(paths.map { "GET \($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
        var receiveCount = 0
        for path in paths {
            var taken = try client.takeAnswer()
            while taken == nil {
                receiveCount += 1
                try #require(try client.receiveMore())
                taken = try client.takeAnswer()
            }
            let answer = try #require(taken)
            #expect(answer.status == (path == "/none" ? 204 : 200))
            #expect(answer.text == (path == "/none" ? "" : "GET \(path) "))
        }
        // 200 responses of about 120 bytes, sent in a few calls and not in 200.
        #expect(receiveCount <= 12, "\(receiveCount) reads")
    }

    /// The requests exceed the input buffer, while the responses wait for a client that does not read yet.
    @Test func aLongPipelineOfASlowReaderIsAnsweredCompletely() throws {
        let front = try TestFront()
        let client = try front.client()
        let count = 20_000
        let sender = Thread(name: "sender") {
            for first in stride(from: 0, to: count, by: 500) {
                let pipeline = (first..<(first + 500)).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined()
                do { try client.send(pipeline) } catch { Issue.record(error) }
            }
        }
        try eventually { front.script.requestCount > 1_000 }
        for number in 0..<count {
            let text = try client.answer().text
            guard text == "GET /\(number) " else {
                Issue.record("request \(number) was answered \(text)")
                break
            }
        }
        sender.join()
    }

    static let torn = [
        "GET /one?q=1 HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n",
        "POST /two HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        "POST /three HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\nT: r\r\n\r\n",
    ]
    static let tornAnswers = ["GET /one?q=1 ", "POST /two hello", "POST /three hello!"]

    @Test func requestsMayArriveByteByByte() throws {
        let front = try TestFront()
        let client = try front.client()
        for byte in Self.torn.joined().utf8 { try client.send([byte]) }
        for text in Self.tornAnswers { #expect(try client.answer().text == text) }
    }

    @Test func requestsMayBeCutAtAnyPosition() throws {
        let front = try TestFront()
        let client = try front.client()
        for (request, text) in zip(Self.torn, Self.tornAnswers) {
            let bytes = Array(request.utf8)
            for split in 1..<bytes.count {
                try client.send(Array(bytes[..<split]))
                try client.send(Array(bytes[split...]))
                #expect(try client.answer().text == text)
            }
        }
    }

    @Test func aChunkedUploadIsDecoded() throws {
        let front = try TestFront()
        let client = try front.client()
        try client.send("POST /length HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        let chunk = "4000\r\n" + String(repeating: "x", count: 0x4000) + "\r\n"
        for _ in 0..<60 { try client.send(chunk) }
        try client.send("0\r\n\r\n")
        #expect(try client.answer().text == "\(60 * 0x4000)")
    }

    @Test func aBodyWithinTheLimitIsReadCompletely() throws {
        let front = try TestFront()
        let client = try front.client()
        let count = 1024 * 1024
        for _ in 0..<3 {
            try client.send("POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: \(count)\r\n\r\n")
            try client.send([UInt8](repeating: 0x78, count: count))
            #expect(try client.answer().text == "\(count)")
        }
    }

    @Test func aClientThatExpectsItIsToldToContinue() throws {
        let front = try TestFront()
        let client = try front.client()
        try client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        #expect(try client.answer().status == 100)
        try client.send("ok")
        #expect(try client.answer().text == "POST / ok")
    }

    @Test func aClientWithATooLargeBodyIsNotToldToContinue() throws {
        let front = try TestFront()
        let client = try front.client()
        try client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2000000\r\n\r\n")
        #expect(try client.answer().status == 413)
    }

    @Test func everyAddressIsServedOnOnePort() throws {
        let front = try TestFront(hosts: ["127.0.0.1", "::1"])
        try #require(front.listeners.count == 2)
        #expect(Set(front.listeners.map(\.endpoint.port)).count == 1)
        for listener in front.listeners {
            let client = try TestClient(listener.endpoint)
            try client.get("/here")
            #expect(try client.answer().text == "GET /here ")
        }
    }
}
