import TestSupport
import Testing

@testable import HTTP

/// Valid requests with random faults.
struct Mutation {
    private static let bytes: [UInt8] =
        Array("\r\n\0 \t:;,=\"\\%/?#*@[]0159aAfFxX-+_.()\u{7F}".utf8) + [0x01, 0x0B, 0x80, 0xA0, 0xFF]
    private static let words = [
        "↵", "↵↵", "\r", "\n", "0↵↵", "5↵", ";a=b", ";a=\"", "Host: b↵", "Host", "Content-Length: 5↵",
        "Content-Length: ", "Transfer-Encoding: chunked↵", ", chunked", "chunked", "Connection: close↵",
        "Expect: 100-continue↵", "100-continue", "HTTP/1.0", "HTTP/1.2", "http://b", "://", "[::1]", ":80", "%41", "*",
        "OPTIONS ", "HEAD ", " : ", "↵ ", "↵\t", "18446744073709551617", "ffffffffffffffff1", "↵A: b↵",
    ].map(HTTPTests.bytes)

    private static let lines = [
        "Host: b↵", "Content-Length: 5↵", "Transfer-Encoding: chunked↵", "Transfer-Encoding: gzip, chunked↵",
        "A: b, \"c\"↵", "Connection: close↵", "Connection: keep-alive↵", "Expect: 100-continue↵", "Expect: x↵",
        "1;a=b↵x↵", "0↵↵", "↵",
    ].map(HTTPTests.bytes)

    /// Changes one to three positions, half of them beginnings of lines.
    static func apply(to input: [UInt8], using generator: inout SeededRandom) -> [UInt8] {
        var input = input
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            if Bool.random(using: &generator) {
                let starts = [0] + input.indices.filter { input[$0] == 0x0A }.map { $0 + 1 }
                let line = lines.randomElement(using: &generator)!
                input.insert(contentsOf: line, at: starts.randomElement(using: &generator)!)
            } else {
                change(&input, using: &generator)
            }
        }
        return input
    }

    private static func change(_ input: inout [UInt8], using generator: inout SeededRandom) {
        let place = Int.random(in: 0...input.count, using: &generator)
        let end = min(input.count, place + Int.random(in: 1...8, using: &generator))
        switch Int.random(in: 0..<7, using: &generator) {
        case 0: input.insert(bytes.randomElement(using: &generator)!, at: place)
        case 1: input.insert(UInt8.random(in: 0...255, using: &generator), at: place)
        case 2: input.insert(contentsOf: words.randomElement(using: &generator)!, at: place)
        case 3: input.replaceSubrange(place..<end, with: words.randomElement(using: &generator)!)
        case 4: input.removeSubrange(place..<end)
        case 5: input.insert(contentsOf: input[place..<end], at: place)
        default: if place < input.count { input[place] = bytes.randomElement(using: &generator)! }
        }
    }
}

extension [UInt8] {
    /// Divides the bytes into pieces of random sizes.
    func torn(using generator: inout SeededRandom) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var rest = self[...]
        let sizeMax = [1, 3, 20, 200].randomElement(using: &generator)!
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...sizeMax, using: &generator))
            pieces.append(piece)
            rest = rest[piece.endIndex...]
        }
        return pieces
    }
}

@Suite struct RequestParserSeededTests {
    private static let examples = ParserCase.valid.filter { $0.input.count < 1_000 }

    /// The parser agrees with the grammar about requests with random faults, in one piece or in several.
    @Test(arguments: 0..<40 as Range<UInt64>)
    func agreesWithTheGrammarAboutFaults(seed: UInt64) {
        var generator = SeededRandom(seed: seed)
        for _ in 0..<150 {
            let first = Self.examples.randomElement(using: &generator)!
            let second = Self.examples.randomElement(using: &generator)!
            let limits = Int.random(in: 0..<4, using: &generator) > 0 ? Limits() : ParserCase.smallLimits
            let input = Mutation.apply(to: first.input, using: &generator) + second.input
            let transcript = Reader.transcript(of: input, limits: limits)
            let torn = Reader.transcript(of: input.torn(using: &generator), limits: limits)
            #expect(torn == transcript, "torn: \(text(input).debugDescription)")
            let naive = NaiveReader(reading: input, limits: limits)
            #expect(naive.agrees(with: transcript), "\(naive): \(text(input).debugDescription)")
        }
    }

    /// The table agrees with the grammar, which confirms its expectations.
    @Test(arguments: ParserCase.all.filter { $0.input.count < 2_000 })
    func theTableAgreesWithTheGrammar(_ example: ParserCase) {
        let naive = NaiveReader(reading: example.input, limits: example.limits)
        #expect(naive.agrees(with: example.transcript), "\(naive)")
    }

    /// Ten thousand requests in one piece or in many need little memory, because read bytes are dropped.
    @Test(arguments: 0..<4 as Range<UInt64>)
    func aLongPipelineNeedsLittleMemory(seed: UInt64) {
        var generator = SeededRandom(seed: seed)
        var input: [UInt8] = []
        var expected: Transcript = []
        while expected.count < 10_000 {
            let example = Self.examples.randomElement(using: &generator)!
            guard !example.transcript.contains("…") else { continue }
            input += example.input
            expected += example.transcript
        }
        let isWhole = seed == 0
        var reader = Reader()
        let pieces = isWhole ? [input[...]] : input.torn(using: &generator)
        for piece in pieces { reader.read(piece) }
        #expect(reader.transcript == expected)
        let keptBytesMax = Limits().headBytesMax + 16 * 1024
        #expect(reader.keptBytesMax <= keptBytesMax)
    }
}
