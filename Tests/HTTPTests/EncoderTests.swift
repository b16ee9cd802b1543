import HTTP
import Testing

@testable import Eventual

@Suite struct EncoderTests {
    private static func encoded(
        _ response: Response, keepsAlive: Bool = true, isHTTP11: Bool = true, omitsBody: Bool = false
    ) -> String {
        var bytes: [UInt8] = []
        let context = Encoder.Context(
            keepsAlive: keepsAlive, isHTTP11: isHTTP11, omitsBody: omitsBody, date: Array("D".utf8))
        Encoder.encode(response, context, into: &bytes)
        return text(bytes).replacing("\r\n", with: "↵")
    }

    private static func fields(_ fields: (String, String)..., in response: Response = Response(.ok)) -> Response {
        var response = response
        for (name, value) in fields { response.add(name, value) }
        return response
    }

    private static var hello: Response { Response(.ok, contentType: "text/plain", .bytes(Array("hello".utf8))) }
    private static var packed: Response {
        var response = fields(("A", "b"), in: hello)
        response.replaceBody(.bytes([0x1F, 0x8B]), coding: "gzip")
        return response
    }

    private static var parts: Response {
        final class NoParts: BodyParts {
            func next() throws(BodyFailure) -> Eventual<[UInt8]?, BodyFailure> { .now(nil) }
        }
        return Response(.ok, contentType: "a/b", .parts(NoParts()))
    }

    private static let ok = "HTTP/1.1 200 OK↵Date: D↵"
    private static let helloHead = "\(ok)Content-Type: text/plain↵Content-Length: 5↵"

    private static let answers = [
        (encoded(Response(.ok)), "\(ok)Content-Length: 0↵↵"),
        (encoded(hello), "\(helloHead)↵hello"),
        (encoded(Response(.ok, contentType: "a/b", .bytes([]))), "\(ok)Content-Type: a/b↵Content-Length: 0↵↵"),
        (encoded(Response(.accepted)), "HTTP/1.1 202 Accepted↵Date: D↵Content-Length: 0↵↵"),
        // Fields are in the order in which they were added; Connection is the last.
        (encoded(fields(("A", "b"), ("C", ""))), "\(ok)Content-Length: 0↵A: b↵C: ↵↵"),
        (encoded(fields(("B", "1"), ("A", "2"), ("B", "3"))), "\(ok)Content-Length: 0↵B: 1↵A: 2↵B: 3↵↵"),
        (encoded(fields(("A", "b"), in: hello)), "\(helloHead)A: b↵↵hello"),
        (encoded(fields(("A", "b")), keepsAlive: false), "\(ok)Content-Length: 0↵A: b↵Connection: close↵↵"),
        (
            encoded(packed),
            "\(ok)Content-Type: text/plain↵Content-Length: 2↵A: b↵Content-Encoding: gzip↵↵\u{1F}\u{8B}"
        ),
        // A 204 has no length; a 200 without a body has one.
        (encoded(Response(.noContent)), "HTTP/1.1 204 No Content↵Date: D↵↵"),
        (encoded(Response(.noContent), keepsAlive: false), "HTTP/1.1 204 No Content↵Date: D↵Connection: close↵↵"),
        (encoded(fields(("Allow", "GET"), in: Response(.noContent))), "HTTP/1.1 204 No Content↵Date: D↵Allow: GET↵↵"),
        // The length of a 304 would be that of the omitted body.
        (
            encoded(fields(("ETag", "\"x\""), in: Response(.notModified))),
            "HTTP/1.1 304 Not Modified↵Date: D↵ETag: \"x\"↵↵"
        ),
        // The response to HEAD has the head of the response to GET.
        (encoded(hello, omitsBody: true), "\(helloHead)↵"),
        (encoded(Response(.ok), omitsBody: true), "\(ok)Content-Length: 0↵↵"),
        (encoded(Response(.noContent), omitsBody: true), "HTTP/1.1 204 No Content↵Date: D↵↵"),
        // An HTTP/1.0 client has to be told that the connection persists, an HTTP/1.1 client that it does not. The
        // version of the response is always 1.1.
        (encoded(hello, isHTTP11: false), "\(helloHead)Connection: keep-alive↵↵hello"),
        (encoded(hello, keepsAlive: false), "\(helloHead)Connection: close↵↵hello"),
        (encoded(hello, keepsAlive: false, isHTTP11: false), "\(helloHead)Connection: close↵↵hello"),
        (encoded(hello, isHTTP11: false, omitsBody: true), "\(helloHead)Connection: keep-alive↵↵"),
        // A body in parts is sent in chunks; in HTTP/1.0 it ends with the connection.
        (encoded(parts), "\(ok)Content-Type: a/b↵Transfer-Encoding: chunked↵↵"),
        (encoded(parts, omitsBody: true), "\(ok)Content-Type: a/b↵Transfer-Encoding: chunked↵↵"),
        (encoded(parts, keepsAlive: false, isHTTP11: false), "\(ok)Content-Type: a/b↵Connection: close↵↵"),
    ]

    @Test(arguments: answers)
    func encodes(answer: String, expected: String) {
        #expect(answer == expected)
    }

    @Test(arguments: [0, 1, 9, 10, 11, 99, 100, 109, 1_000, 65_535, 1_000_000])
    func theLengthIsDecimal(count: Int) throws {
        let body = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let answer = Self.encoded(Response(.ok, contentType: "a/b", .bytes(body)))
        #expect(answer.contains("↵Content-Length: \(count)↵↵"))
    }

    @Test func bodiesAreUnchanged() {
        var answer: [UInt8] = []
        let body = Array(UInt8.min...UInt8.max)
        let context = Encoder.Context(keepsAlive: true, isHTTP11: true, omitsBody: false, date: Array("D".utf8))
        Encoder.encode(Response(.ok, contentType: "a/b", .bytes(body)), context, into: &answer)
        #expect(Array(answer.suffix(256)) == body)
    }

    /// The responses to a pipeline are appended to each other.
    @Test func appends() {
        var bytes = Array("before".utf8)
        let context = Encoder.Context(keepsAlive: true, isHTTP11: true, omitsBody: false, date: Array("D".utf8))
        Encoder.encode(Self.hello, context, into: &bytes)
        Encoder.encode(Response(.noContent), context, into: &bytes)
        #expect(text(bytes) == text(HTTPTests.bytes("before\(Self.helloHead)↵helloHTTP/1.1 204 No Content↵Date: D↵↵")))
    }

    @Test(arguments: [(0, ""), (1, "1"), (9, "9"), (10, "a"), (15, "f"), (16, "10"), (255, "ff"), (65_536, "10000")])
    func chunksHaveTheirSize(count: Int, size: String) {
        let part = [UInt8](repeating: UInt8(ascii: "x"), count: count)
        var bytes: [UInt8] = []
        Encoder.encode(chunk: part, into: &bytes)
        // An empty chunk would be the last one.
        #expect(text(bytes) == (count == 0 ? "" : "\(size)\r\n\(text(part))\r\n"))
        #expect(text(Encoder.chunksEnd) == "0\r\n\r\n")
    }

    @Test func continueAsksForTheBody() {
        #expect(text(Encoder.continueResponse) == "HTTP/1.1 100 Continue\r\n\r\n")
    }

    /// The codes and phrases of RFC 9110, section 15, and RFC 6585.
    private static let phrases: [Int: String] = [
        200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 304: "Not Modified", 400: "Bad Request",
        401: "Unauthorized",
        402: "Payment Required", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
        408: "Request Timeout", 409: "Conflict", 413: "Content Too Large", 414: "URI Too Long",
        415: "Unsupported Media Type", 417: "Expectation Failed", 421: "Misdirected Request",
        422: "Unprocessable Content",
        429: "Too Many Requests", 431: "Request Header Fields Too Large", 500: "Internal Server Error",
        501: "Not Implemented", 503: "Service Unavailable", 505: "HTTP Version Not Supported",
    ]

    @Test(arguments: Status.allCases)
    func statusesHaveTheirPhrases(_ status: Status) throws {
        let phrase = try #require(Self.phrases[status.rawValue])
        #expect(status.phrase == phrase)
        #expect(Self.encoded(Response(status)).hasPrefix("HTTP/1.1 \(status.rawValue) \(phrase)↵Date: D↵"))
    }

    /// A text from a client, such as a login or a target, can't add a field or a response.
    @Test func valuesThatWouldSplitTheResponseTrap() async {
        await #expect(processExitsWith: .failure) { _ = Response.Field(name: "A", value: "b\r\nSet-Cookie: c") }
        await #expect(processExitsWith: .failure) { _ = Response.Field(name: "A", value: "b\n") }
        await #expect(processExitsWith: .failure) { _ = Response.Field(name: "A", value: "b\rc") }
        await #expect(processExitsWith: .failure) { _ = Response.Field(name: "A", value: "\0") }
        await #expect(processExitsWith: .failure) { _ = Response.Field(name: "A", value: "\u{7F}") }
        await #expect(processExitsWith: .failure) { _ = Response(.noContent, contentType: "a/b", .bytes([])) }
        await #expect(processExitsWith: .success) { _ = Response.Field(name: "A", value: "b c\u{E9}~") }
    }
}
