import TestSupport
import Testing

@testable import HTTP

@Suite struct ChunkedDecoderTests {
    /// A body in chunks of random sizes, with extensions and trailers that have no meaning.
    private struct Coding {
        var body: [UInt8] = []
        var coded: [UInt8] = []

        init(using generator: inout SeededRandom) {
            for _ in 0..<Int.random(in: 0...12, using: &generator) {
                let sizeMax = [1, 20, 300, 5_000].randomElement(using: &generator)!
                let chunk = Self.chunk(count: Int.random(in: 1...sizeMax, using: &generator), using: &generator)
                append(chunk, using: &generator)
                coded += chunk + bytes("↵")
                body += chunk
            }
            append([], using: &generator)
            for _ in 0..<Int.random(in: 0...4, using: &generator) {
                coded += bytes(["Content-Length: 1↵", "A:↵", "a-b: \"c\u{FF}\"\t↵"].randomElement(using: &generator)!)
            }
            coded += bytes("↵")
        }

        /// Content that resembles the framing of the coding.
        private static func chunk(count: Int, using generator: inout SeededRandom) -> [UInt8] {
            let alphabet = bytes("\r\n\r\n0055;af\0\u{FF}")
            return (0..<count).map { _ in alphabet.randomElement(using: &generator)! }
        }

        /// The line before a chunk.
        private mutating func append(_ chunk: [UInt8], using generator: inout SeededRandom) {
            let size = String(chunk.count, radix: 16, uppercase: Bool.random(using: &generator))
            let zeros = String(repeating: "0", count: Int.random(in: 0...3, using: &generator))
            let extensions = ["", "", ";a", " ; a = \"b;\\\"\" ;c", ";a=b;c=\"\";d"].randomElement(using: &generator)!
            coded += bytes("\(zeros)\(size)\(extensions)↵")
        }
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func decodesEncodedBodies(seed: UInt64) throws {
        var generator = SeededRandom(seed: seed)
        for _ in 0..<10 {
            let coding = Coding(using: &generator)
            let pieces = (coding.coded + bytes(smuggled)).torn(using: &generator)
            var decoder = ChunkedDecoder(limits: Limits())
            var input = InputBuffer()
            var body: [UInt8] = []
            var isWhole = false
            var taken = 0
            for piece in pieces where !isWhole {
                input.append(piece)
                isWhole = try decoder.decode(&input, into: &body)
                taken += piece.count
                // The decoder consumes the body up to its last byte, and no byte after it.
                #expect(input.count == max(0, taken - coding.coded.count))
                #expect(isWhole == (taken >= coding.coded.count))
            }
            #expect(isWhole)
            #expect(body == coding.body)
        }
    }

    /// A body that was cut at any position is incomplete, and the decoder has only the content before the cut.
    @Test(arguments: 0..<10 as Range<UInt64>)
    func aCutBodyIsIncomplete(seed: UInt64) throws {
        var generator = SeededRandom(seed: seed)
        var coding = Coding(using: &generator)
        while coding.coded.count > 2_000 { coding = Coding(using: &generator) }
        for count in 0..<coding.coded.count {
            var decoder = ChunkedDecoder(limits: Limits())
            var input = InputBuffer()
            input.append(coding.coded[..<count])
            var body: [UInt8] = []
            let isWhole = try decoder.decode(&input, into: &body)
            #expect(!isWhole && body.count <= count && coding.body.starts(with: body), "cut after \(count) bytes")
        }
    }
}
