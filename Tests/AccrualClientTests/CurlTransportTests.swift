import AccrualClient
import Gzip
import Loyalty
import Posix
import Testing

/// libcurl against a server whose answers the test chooses.
@Suite struct CurlTransportTests {
    static let order = OrderNumber(stored: "18")

    @Test func responsesArriveUnchanged() throws {
        let server = try AnswerServer([
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
            "HTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nslow",
            "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        ])
        let transport = try transport(server.url)
        #expect(try transport.response(about: Self.order) == TransportResponse(status: 200, body: Array("{}".utf8)))
        #expect(try transport.response(about: Self.order) == TransportResponse(status: 204))
        #expect(
            try transport.response(about: Self.order)
                == TransportResponse(status: 429, retryAfterSeconds: 7, body: Array("slow".utf8)))
        #expect(try transport.response(about: Self.order) == TransportResponse(status: 302))
        #expect(try transport.response(about: Self.order) == TransportResponse(status: 200, body: Array("abc".utf8)))
        #expect(server.requestLines == Array(repeating: "GET /api/orders/18 HTTP/1.1", count: 5))
    }

    /// All answers come over one connection, where a part of one answer could affect the next.
    @Test func retryAfterIsReadIfItIsValid() throws {
        let cases: [(field: String, seconds: ClosedRange<Int>?)] = [
            ("Retry-After: 7", 7...7), ("", nil), ("Retry-After: 0", 0...0), ("retry-after:  120", 120...120),
            ("Retry-After: soon", nil), ("Retry-After: Fri, 31 Dec 9999 23:59:59 GMT", 3601...Int.max),
            ("Retry-After: Fri, 31 Dec 1999 23:59:59 GMT", 0...0), ("Retry-After:", nil),
            ("Retry-After: 99999999999999999999", Int.max...Int.max), ("Retry-After: 1.5", 2...2),
            ("Retry-After: 0.001", 1...1), ("Retry-After: 2.0", 2...2), ("Retry-After: -5", 0...0),
            ("Retry-After: 1.", 1...1), ("Retry-After: 9223372036854775807.5", Int.max...Int.max),
        ]
        let server = try AnswerServer(
            cases.map { "HTTP/1.1 429 Too Many Requests\r\n\($0.field)\($0.field.isEmpty ? "" : "\r\n")" }
                .map { "\($0)Content-Length: 0\r\n\r\n" })
        let transport = try transport(server.url)
        for (field, seconds) in cases {
            let answer = try transport.response(about: Self.order)
            #expect(answer.retryAfterSeconds.map { seconds?.contains($0) ?? false } ?? (seconds == nil), "\(field)")
        }
    }

    /// Some servers compress answers without being asked to, or close the connection without saying so.
    @Test func unusualTransfersAreRead() throws {
        let body = #"{"order":"18","status":"PROCESSED","accrual":5}"#
        let packed = GzipCompressor(level: 6).compress(Array(body.utf8))
        let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(packed.count)\r\n\r\n"
        let answers: [[UInt8]] = [
            Array(head.utf8) + packed, Array("HTTP/1.0 200 OK\r\n\r\n\(body)".utf8),
            Array("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\(body)".utf8),
            Array(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(String(body.utf8.count, radix: 16));a=b\r\n\(body)\r\n0\r\nX: y\r\n\r\n"
                    .utf8),
            Array(
                "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                    .utf8),
        ]
        let server = try AnswerServer(bytes: answers, closes: true)
        let transport = try transport(server.url)
        for _ in answers {
            #expect(try transport.response(about: Self.order) == TransportResponse(status: 200, body: Array(body.utf8)))
        }
        let broken = try AnswerServer(bytes: [Array(head.utf8) + packed.map { $0 ^ 0x55 }])
        #expect(throws: TransportError(reason: "an answer whose gzip data are broken")) {
            try self.transport(broken.url).response(about: Self.order)
        }
        // 10 MB of zeros in 10 KB.
        let bomb = GzipCompressor(level: 9).compress([UInt8](repeating: 0, count: 10 << 20))
        let bombHead = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(bomb.count)\r\n\r\n"
        let bomber = try AnswerServer(bytes: [Array(bombHead.utf8) + bomb])
        #expect(throws: TransportError(reason: "an answer of over 65536 bytes")) {
            try self.transport(bomber.url).response(about: Self.order)
        }
    }

    /// A 204 has no body, whatever follows it; the next answer is not read from those bytes.
    @Test func aBodyAfter204IsNotTheNextResponse() throws {
        let server = try AnswerServer([
            "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nextra",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        ])
        let transport = try transport(server.url)
        #expect(try transport.response(about: Self.order) == TransportResponse(status: 204))
        let next = try? transport.response(about: Self.order)
        #expect(next == nil || next == TransportResponse(status: 200, body: Array("{}".utf8)))
    }

    /// A response without end is given up early, with a reason, and without memory for all of it.
    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\n", "X: \(String(repeating: "y", count: 1000))\r\n", "header fields"),
        ("HTTP/1.1 200 OK\r\n", "X: y\r\n", "header fields"), ("", "HTTP/1.1 100 Continue\r\n\r\n", "header fields"),
        ("", "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n", "header fields"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n", "header fields"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", "extension", "bytes to send"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1;a=b\r\nx\r\n", ""),
        ("HTTP/1.1 200 OK\r\n\r\n", "x", "65536 bytes"), ("HTTP/1.1 200 OK\r\nX: ", "y", ""), ("", "HTTP", ""),
        ("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", "x", "65536 bytes"),
    ])
    func aResponseWithoutEndIsGivenUp(start: String, rest: String, reason: String) throws {
        let server = try AnswerServer(bytes: [Array(start.utf8)], forever: Array(rest.utf8))
        let begun = SystemClock.monotonicNanoseconds()
        let error = #expect(throws: TransportError.self) { try transport(server.url).response(about: Self.order) }
        #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
        // Far less than the time-out of twenty seconds.
        #expect(SystemClock.monotonicNanoseconds() - begun < 10_000_000_000)
    }

    /// The pause of a refusal counts, however broken the rest of the response is.
    @Test(arguments: [String(repeating: "x", count: 1 << 20), "short"])
    func aRefusalCountsWithoutItsBody(body: String) throws {
        let head = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: \(1 << 20)\r\n\r\n"
        let server = try AnswerServer([head + body], closes: true)
        #expect(
            try transport(server.url).response(about: Self.order)
                == TransportResponse(status: 429, retryAfterSeconds: 7))
    }

    @Test func failuresHaveReasons() throws {
        let fiveMegabytes = String(repeating: "x", count: 5 << 20)
        let cases: [(answer: String, reason: String)] = [
            ("HTTP/1.1 200 OK\r\nContent-Length: \(fiveMegabytes.utf8.count)\r\n\r\n\(fiveMegabytes)", "65536"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{", ""), ("garbage\r\n\r\n", ""), ("", ""),
        ]
        for (answer, reason) in cases {
            let server = try AnswerServer([answer], closes: true)
            let error = #expect(throws: TransportError.self) { try transport(server.url).response(about: Self.order) }
            #expect(error.map { reason.isEmpty ? !$0.reason.isEmpty : $0.reason.contains(reason) } == true)
        }
        #expect(throws: TransportError.self) { try transport("http://127.0.0.1:1").response(about: Self.order) }
    }

    @Test func aHangingRequestEndsWithTheTimeOutOrACancellation() throws {
        let server = try AnswerServer([])
        let begun = SystemClock.monotonicNanoseconds()
        #expect(throws: TransportError.self) {
            try transport(server.url, timeoutMilliseconds: 200).response(about: Self.order)
        }
        let cancellation = Cancellation()
        let canceller = Thread(name: "canceller") {
            // Cancels only after the client has begun to wait for the answer.
            while server.requestLines.count < 2 { yieldThread() }
            cancellation.cancel()
        }
        #expect(throws: TransportError.self) {
            try transport(server.url, timeoutMilliseconds: 60_000, cancellation).response(about: Self.order)
        }
        canceller.join()
        // Far less than the minute that it would take otherwise.
        #expect(SystemClock.monotonicNanoseconds() - begun < 20_000_000_000)
    }

    private func transport(
        _ url: String, timeoutMilliseconds: Int = 20_000, _ cancellation: Cancellation = Cancellation()
    ) throws -> CurlTransport {
        var target = CurlTransport.Target(url: url)
        target.timeoutMilliseconds = timeoutMilliseconds
        return CurlTransport(library: try CurlLibrary.load(), target: target, cancellation: cancellation)
    }
}
