import Gzip
import TestSupport
import Testing

/// The result of `unpack`: the content, or the error.
enum Outcome: Equatable {
    case content([UInt8])
    case failed(Gunzip.UnpackError)

    init(unpacking packed: [UInt8], outputBytesMax: Int = 1 << 20) {
        do {
            self = .content(try Gunzip.unpack(packed, outputBytesMax: outputBytesMax))
        } catch {
            self = .failed(error)
        }
    }
}

/// A text that compresses well, as JSON lists do.
func listLikeBytes(count: Int) -> [UInt8] {
    let item = Array(#"{"number":"9278923470","status":"PROCESSED","accrual":500,"uploaded_at":"2020-12-10"},"#.utf8)
    let items = (0..<7).flatMap { shift in item.map { $0 &+ shift } }
    return Array(repeatElement(items, count: count / items.count + 1).joined().prefix(count))
}

func randomBytes(count: Int, seed: UInt64) -> [UInt8] {
    var generator = SeededRandom(seed: seed)
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
}

@Suite struct GunzipTests {
    /// The output of `printf hello | gzip -n9`, which is an independent implementation.
    static let hello: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x86,
        0xA6, 0x10, 0x36, 0x05, 0x00, 0x00, 0x00,
    ]
    /// The same member with all optional fields: FTEXT, FHCRC, FEXTRA, FNAME, FCOMMENT.
    static let helloWithFields: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x1F, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x02, 0x00, 0x61, 0x62, 0x6E, 0x00, 0x63, 0x00,
        0x51, 0x80, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x86, 0xA6, 0x10, 0x36, 0x05, 0x00, 0x00, 0x00,
    ]

    static func hello(replacing index: Int, with byte: UInt8) -> [UInt8] {
        var bytes = hello
        bytes[index] = byte
        return bytes
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let packed: [UInt8]
        let outcome: Outcome
        var testDescription: String { name }

        init(_ name: String, _ packed: [UInt8], _ outcome: Outcome) {
            (self.name, self.packed, self.outcome) = (name, packed, outcome)
        }
    }

    @Test(arguments: [
        Case("one member", hello, .content(Array("hello".utf8))),
        Case("two members", hello + hello, .content(Array("hellohello".utf8))),
        Case("an extra field, a name and a comment", helloWithFields, .content(Array("hello".utf8))),
        Case("no byte", [], .failed(.broken(.truncated))),
        Case("plain text", Array("hello, world".utf8), .failed(.broken(.malformed))),
        Case("zlib's format", [0x78, 0x9C, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01], .failed(.broken(.malformed))),
        Case("unknown method", hello(replacing: 2, with: 7), .failed(.broken(.malformed))),
        Case("reserved flag", hello(replacing: 3, with: 0x20), .failed(.broken(.malformed))),
        Case("wrong checksum", hello(replacing: 17, with: 0), .failed(.broken(.malformed))),
        Case("wrong length", hello(replacing: 21, with: 6), .failed(.broken(.malformed))),
        Case("zeros after the end", hello + [0, 0], .failed(.broken(.trailingGarbage))),
        Case("one byte after the end", hello + [0x20], .failed(.broken(.trailingGarbage))),
        Case("half a magic number after the end", hello + [0x1F, 0x20], .failed(.broken(.trailingGarbage))),
        Case("a second member cut short", hello + [0x1F], .failed(.broken(.truncated))),
        Case("a second member that is broken", hello + [0x1F, 0x8B, 7, 0], .failed(.broken(.malformed))),
    ])
    func table(_ example: Case) {
        #expect(Outcome(unpacking: example.packed) == example.outcome)
    }

    @Test func cutDataIsTruncated() {
        let compressor = GzipCompressor(level: 6)
        let packed =
            compressor.compress(listLikeBytes(count: 2000)) + compressor.compress(randomBytes(count: 300, seed: 1))
        let boundary = compressor.compress(listLikeBytes(count: 2000)).count
        for count in 0..<packed.count where count != boundary {
            let outcome = Outcome(unpacking: Array(packed[..<count]))
            #expect(outcome == .failed(.broken(.truncated)), "cut after \(count) bytes")
        }
        #expect(Outcome(unpacking: Array(packed[..<boundary])) == .content(listLikeBytes(count: 2000)))
    }

    /// A flipped bit is found, or does not affect the content: it is in the header, or fills up the last byte of
    /// compressed data, before the 8 bytes of the trailer.
    @Test func flippedBitsNeverChangeTheContent() {
        let content = listLikeBytes(count: 600)
        let packed = GzipCompressor(level: 6).compress(content)
        for bit in 0..<(packed.count * 8) {
            var flipped = packed
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            let outcome = Outcome(unpacking: flipped, outputBytesMax: 2000)
            if case .content(let unpacked) = outcome {
                let meansNothing = (3..<10).contains(bit / 8) || bit / 8 == packed.count - 9
                #expect(unpacked == content && meansNothing, "bit \(bit)")
            }
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func damagedDataNeverTraps(seed: UInt64) {
        var generator = SeededRandom(seed: seed)
        let content = listLikeBytes(count: Int.random(in: 0...20_000, using: &generator))
        let packed = GzipCompressor(level: 6).compress(content)
        for _ in 0..<50 {
            var damaged = packed
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                damaged[Int.random(in: 10..<damaged.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            let outcome = Outcome(unpacking: damaged, outputBytesMax: 20_000)
            if case .content(let unpacked) = outcome { #expect(unpacked == content, "seed \(seed)") }
        }
    }
}

@Suite struct GunzipLimitTests {
    @Test(arguments: [0, 1, 2, 100, 16_383, 16_384, 16_385, 40_000, 100_000])
    func limitIsExact(count: Int) {
        let content = listLikeBytes(count: count)
        let packed = GzipCompressor(level: 6).compress(content)
        #expect(Outcome(unpacking: packed, outputBytesMax: count) == .content(content))
        #expect(Outcome(unpacking: packed, outputBytesMax: count + 1) == .content(content))
        if count > 0 {
            #expect(Outcome(unpacking: packed, outputBytesMax: count - 1) == .failed(.tooLarge))
            #expect(Outcome(unpacking: packed, outputBytesMax: 0) == .failed(.tooLarge))
        }
    }

    @Test func limitIsForAllMembersTogether() {
        let packed = GunzipTests.hello + GunzipTests.hello
        #expect(Outcome(unpacking: packed, outputBytesMax: 10) == .content(Array("hellohello".utf8)))
        #expect(Outcome(unpacking: packed, outputBytesMax: 9) == .failed(.tooLarge))
    }

    @Test func bombStopsAtTheLimit() {
        let bomb = GzipCompressor(level: 9).compress([UInt8](repeating: 0, count: 30_000_000))
        #expect(bomb.count < 40_000)
        #expect(Outcome(unpacking: bomb, outputBytesMax: 1 << 20) == .failed(.tooLarge))
    }

    /// 300 MB in 360 KB. The bomb consists of several members, so that making it does not need 300 MB, which would hide
    /// a peak.
    @Test func bombTakesLittleMemory() {
        let member = GzipCompressor(level: 9).compress([UInt8](repeating: 0, count: 100_000))
        let bomb = Array(repeatElement(member, count: 3000).joined())
        #expect(bomb.count < 400_000)
        let before = peakResidentBytes()
        #expect(Outcome(unpacking: bomb, outputBytesMax: 1 << 20) == .failed(.tooLarge))
        let growth = peakResidentBytes() - before
        #expect(growth < 150_000_000, "unpacking took \(growth) bytes")
    }

    @Test func manyEmptyMembersAreValid() {
        let empty = GzipCompressor(level: 6).compress([])
        let packed = Array(repeatElement(empty, count: 50_000).joined())
        #expect(Outcome(unpacking: packed, outputBytesMax: 0) == .content([]))
    }
}
