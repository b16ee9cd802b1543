import Testing

@testable import HTTP

/// The bytes of a connection, and the expected result of parsing them.
struct ParserCase: Sendable, CustomTestStringConvertible {
    let input: [UInt8]
    let transcript: Transcript
    let limits: Limits

    init(_ input: String, _ transcript: String..., limits: Limits = Limits()) {
        self.init(bytes(input), transcript, limits)
    }

    private init(_ input: [UInt8], _ transcript: Transcript, _ limits: Limits) {
        (self.input, self.transcript, self.limits) = (input, transcript, limits)
    }

    /// This case with more bytes after it on the connection.
    func followed(by input: String, _ transcript: String...) -> ParserCase {
        ParserCase(self.input + bytes(input), self.transcript + transcript, limits)
    }

    var isRefused: Bool { transcript.last.map { Int($0) != nil } ?? false }

    var testDescription: String {
        let start = text(input.prefix(200)).debugDescription
        return input.count <= 200 ? start : "\(start)… \(input.count) bytes"
    }

    static let all =
        requestLines + hosts + fields + lengths + codings + chunks + sizes + connections + smuggling

    static let valid = all.filter { !$0.isRefused }
    static let refused = all.filter(\.isRefused)
}

/// Beginnings of requests, up to where a field may follow.
let get = "GET / HTTP/1.1↵Host: a↵"
let post = "POST / HTTP/1.1↵Host: a↵"
/// A head whose body is chunked.
let chunked = post + "Transfer-Encoding: chunked↵↵"
/// A request that must not be served.
let smuggled = "GET /smuggled HTTP/1.1↵Host: a↵↵"
