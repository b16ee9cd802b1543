import Eventual
import Front
import Posix
import Testing

@testable import HTTP

/// The same table over a socket: the responses of a complete front.
@Suite struct WireTests {
    @Test(arguments: ParserCase.all)
    func answers(_ example: ParserCase) throws {
        let front = try EchoFront(limits: example.limits)
        // Bytes after a refusal are never served; bytes after a valid request are another request.
        let input = example.isRefused ? example.input + bytes(smuggled) : example.input
        #expect(try front.transcript(of: [input[...]]) == example.seenByClient)
    }

    /// In small pieces, which the kernel may join.
    @Test(arguments: ParserCase.all.filter { $0.input.count < 300 })
    func answersInSmallPieces(_ example: ParserCase) throws {
        let front = try EchoFront(limits: example.limits)
        let pieces = stride(from: 0, to: example.input.count, by: 7).map { example.input[$0...].prefix(7) }
        #expect(try front.transcript(of: pieces) == example.seenByClient)
    }
}

extension ParserCase {
    /// The responses. An incomplete request has none, and bytes after the last request of a connection have none.
    fileprivate var seenByClient: Transcript {
        let answered = transcript.filter { $0 != "…" }
        let last = answered.firstIndex { $0.contains(" close") }
        return Array(last.map { answered[...$0] } ?? answered[...])
    }
}

/// A front on a free port that responds with the parsed request.
private final class EchoFront {
    private let front: Front
    private let endpoint: Endpoint

    init(limits: Limits) throws {
        var configuration = FrontConfiguration()
        configuration.limits = limits
        let listeners = try Listener.listen(on: [Endpoint(address: [127, 0, 0, 1], port: 0)])
        endpoint = listeners[0].endpoint
        front = try Front(configuration: configuration, listeners: listeners) { _ in
            EchoHandler()
        } onFailure: { error in
            Issue.record("the loop failed: \(error)")
        }
    }

    deinit {
        front.stop(withinMilliseconds: 5_000)
    }

    /// Sends the pieces on a connection, ends the sending, and reads the responses to the end.
    func transcript(of pieces: [ArraySlice<UInt8>]) throws -> Transcript {
        let socket = try Socket(connectingTo: endpoint)
        try socket.limitWaiting(seconds: 20)
        for piece in pieces {
            var rest = piece
            // A server that has refused a request may have closed the connection before everything is sent.
            while !rest.isEmpty, let count = try? socket.send(Array(rest), from: 0) { rest = rest.dropFirst(count) }
        }
        socket.finishSending()
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while case .bytes(let count) = try socket.receive(into: &buffer) { received += buffer[..<count] }
        return Self.transcript(ofAnswers: text(received))
    }

    /// A line for each response except interim ones. The responses have no bodies.
    private static func transcript(ofAnswers text: String) -> Transcript {
        let marked = text.replacing("HTTP/1.1 ", with: "\u{1}")
        return marked.split(separator: "\u{1}").compactMap { answer in
            let status = answer.prefix { $0 != " " }
            if status == "100" { return nil }
            let line = answer.firstMatch(of: /\r\nLine: ([0-9a-f]*)\r\n/).map { EchoHandler.decoded(String($0.1)) }
            return line ?? String(status)
        }
    }
}

/// Responds with a field that contains the request's line in hexadecimal, so that the response to HEAD has it too.
private final class EchoHandler: RequestHandler {
    func respond(to request: Request) -> Eventual<Response, Never> {
        var response = Response(.ok)
        response.add("Line", bytes(request.line).map { String(0x100 + UInt16($0), radix: 16).dropFirst() }.joined())
        return .now(response)
    }

    static func decoded(_ digits: String) -> String {
        let digits = Array(digits)
        return text(
            stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...($0 + 1)]), radix: 16) ?? 0 })
    }

    func response(to error: RequestError) -> Response { Response(error.status) }

    func endBatch() {}

    func close() {}
}
