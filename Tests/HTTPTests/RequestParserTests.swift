import TestSupport
import Testing

@testable import HTTP

@Suite struct RequestParserTests {
    @Test(arguments: ParserCase.all)
    func parses(_ example: ParserCase) {
        #expect(Reader.transcript(of: example.input, limits: example.limits) == example.transcript)
    }

    /// A refused input is refused for the same reason if more bytes follow.
    @Test(arguments: ParserCase.refused)
    func refusalDoesNotDependOnLaterBytes(_ example: ParserCase) {
        for following in [smuggled, "↵↵", "\0", "0↵↵"] {
            let transcript = Reader.transcript(of: example.input + bytes(following), limits: example.limits)
            #expect(transcript == example.transcript, "followed by \(following.debugDescription)")
        }
    }

    @Test func theTableHasNoRepetitions() {
        let inputs = ParserCase.all.filter { $0.limits.headBytesMax == Limits().headBytesMax }.map(\.input)
        let repeated = Dictionary(grouping: inputs) { $0 }.filter { $0.value.count > 1 }.keys.map { text($0) }
        #expect(repeated == [])
    }
}

/// The result does not depend on the pieces in which the bytes arrive.
@Suite struct RequestParserTornTests {
    @Test(arguments: ParserCase.all)
    func byteByByte(_ example: ParserCase) {
        let pieces = example.input.indices.map { example.input[$0...$0] }
        #expect(Reader.transcript(of: pieces, limits: example.limits) == example.transcript)
    }

    /// In two pieces, cut at each position; long inputs at every 61st position and near both ends.
    @Test(arguments: ParserCase.all)
    func inTwoPieces(_ example: ParserCase) {
        let input = example.input
        for cut in 0...input.count {
            if input.count > 1_500, cut > 300, cut < input.count - 300, cut % 61 != 0 { continue }
            let transcript = Reader.transcript(of: [input[..<cut], input[cut...]], limits: example.limits)
            #expect(transcript == example.transcript, "cut after \(cut) bytes")
        }
    }

    /// A request is returned with its last byte, and not before.
    @Test(arguments: ParserCase.valid.filter { $0.transcript.count == 1 && $0.transcript != ["…"] })
    func isReturnedWithTheLastByte(_ example: ParserCase) throws {
        var reader = Reader(limits: example.limits)
        let last = try #require(example.input.indices.last)
        reader.read(example.input[..<last])
        #expect(reader.transcript == [])
        reader.read(example.input[last...])
        #expect(reader.transcript == example.transcript)
    }
}

/// A request whose bytes repeat the one before it is not parsed again, and no other request is mistaken for a
/// repetition.
@Suite struct RepeatedRequestTests {
    private static let whole = ParserCase.valid.filter { !$0.transcript.isEmpty && $0.transcript.last != "…" }

    @Test(arguments: whole)
    func repetitionIsTheSameRequest(_ example: ParserCase) {
        let transcript = Reader.transcript(of: example.input + example.input + example.input, limits: example.limits)
        #expect(transcript == example.transcript + example.transcript + example.transcript)
    }

    /// Empty lines before a repeated request count for that request only.
    @Test func emptyLinesCountForOneRequest() {
        let request = bytes("GET / HTTP/1.1↵Host: a↵↵")
        let pieces = (0..<10_000).flatMap { _ in [bytes("↵")[...], request[...]] }
        let transcript = Reader.transcript(of: [request[...]] + pieces)
        #expect(transcript.count == 10_001 && Set(transcript) == ["GET /"])
    }

    @Test(arguments: ParserCase.refused)
    func refusalDoesNotDependOnEarlierRequests(_ example: ParserCase) {
        let before = "GET / HTTP/1.1↵Host: a↵↵"
        let transcript = Reader.transcript(of: bytes(before + before) + example.input, limits: example.limits)
        #expect(transcript.dropFirst(2) == example.transcript[...])
    }

    /// A connection with a random sequence of requests, many of them repeated or similar, in random pieces.
    @Test(arguments: 0..<40 as Range<UInt64>)
    func aSequenceIsParsedLikeItsParts(seed: UInt64) {
        var generator = SeededRandom(seed: seed)
        let few = (0..<6).map { _ in Self.whole.filter { $0.limits.isDefault }.randomElement(using: &generator)! }
        let sequence = (0..<60).map { _ in few.randomElement(using: &generator)! }
        var pieces: [ArraySlice<UInt8>] = []
        var rest = sequence.flatMap(\.input)[...]
        while !rest.isEmpty {
            let count = min(rest.count, Int.random(in: 1...400, using: &generator))
            pieces.append(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        #expect(Reader.transcript(of: pieces) == sequence.flatMap(\.transcript), "seed \(seed)")
    }
}

extension Limits {
    fileprivate var isDefault: Bool { headBytesMax == Limits().headBytesMax && bodyBytesMax == Limits().bodyBytesMax }
}

/// The interim response that asks for the body (RFC 9110, section 10.1.1).
@Suite struct ContinueTests {
    private static let expecting = "\(post)Expect: 100-continue↵"

    /// The pieces of a connection, and the number of 100s that were asked for after each.
    @Test(arguments: [
        (["\(expecting)Content-Length: 2↵↵", "h", "i"], [1, 1, 1]),
        (["\(expecting)Transfer-Encoding: chunked↵↵", "2↵", "hi↵", "0↵↵"], [1, 1, 1, 1]),
        ([expecting, "Content-Length: 2↵\r", "\n", "hi"], [0, 0, 1, 1]),
        (["\(post)Expect: 100-CONTINUE↵Content-Length: 2↵↵"], [1]),
        (["POST / HTTP/1.2↵Host: a↵Expect: 100-continue↵Content-Length: 2↵↵"], [1]),
        // A part of the body has arrived already.
        (["\(expecting)Content-Length: 2↵↵h", "i"], [0, 0]),
        (["\(expecting)Content-Length: 2↵↵hi"], [0]),
        (["\(expecting)Transfer-Encoding: chunked↵↵2", "↵hi↵0↵↵"], [0, 0]),
        // There is no body.
        (["\(expecting)↵"], [0]),
        (["\(expecting)Content-Length: 0↵↵"], [0]),
        // The client does not expect a 100.
        (["\(post)Content-Length: 2↵↵", "hi"], [0, 0]),
        (["\(post)Expect:↵Content-Length: 2↵↵", "hi"], [0, 0]),
        (["POST / HTTP/1.0↵Expect: 100-continue↵Content-Length: 2↵↵", "hi"], [0, 0]),
        // The body will not be read.
        (["\(expecting)Content-Length: 99999999↵↵"], [0]),
        (["\(post)Expect: 100-continue, x↵Content-Length: 2↵↵"], [0]),
        // Each request is counted separately.
        (["\(expecting)Content-Length: 2↵↵", "hi\(expecting)Content-Length: 2↵↵", "hi"], [1, 2, 2]),
        (["\(expecting)Content-Length: 2↵↵", "hi\(post)Content-Length: 2↵↵", "hi"], [1, 1, 1]),
    ])
    func isAskedForOnceIfTheClientWaits(pieces: [String], counts: [Int]) {
        var reader = Reader()
        var continueCounts: [Int] = []
        for piece in pieces {
            reader.read(bytes(piece)[...])
            continueCounts.append(reader.continueCount)
        }
        #expect(continueCounts == counts)
    }
}

/// The facts that a connection's time limits depend on.
@Suite struct ProgressTests {
    @Test(arguments: [
        "\(get)↵", "\(post)Content-Length: 5↵↵hello", "\(chunked)5;a↵hello↵0↵A: b↵↵", "↵↵\(get)↵",
    ])
    func reportsWhetherItIsInsideABody(_ request: String) throws {
        let bytes = bytes(request)
        let start = try #require(bytes.firstIndex { $0 != 0x0D && $0 != 0x0A })
        let headEnd = try #require(Scalars(text(bytes).unicodeScalars)[start...].end(of: "\r\n\r\n"))
        var parser = RequestParser(limits: Limits())
        var input = InputBuffer()
        for (index, byte) in bytes.enumerated() {
            input.append([byte])
            let outcome = try parser.parse(&input)
            let isLast = index == bytes.count - 1
            if case .request = outcome { #expect(isLast) } else { #expect(!isLast) }
            // Half an empty line is not yet a part of a head.
            let isInsideRequest = index >= start ? !isLast : byte == 0x0D
            #expect((parser.isInsideBody || !input.isEmpty) == isInsideRequest, "after \(index + 1) bytes")
            #expect(parser.isInsideBody == (index + 1 >= headEnd && !isLast), "after \(index + 1) bytes")
        }
    }
}
