import Gzip
import Testing

@Suite struct GzipCompressorTests {
    @Test(arguments: [1, 6, 9], [0, 1, 2, 1023, 1024, 65_535, 65_536, 150_000])
    func roundTrips(level: Int, count: Int) throws {
        let compressor = GzipCompressor(level: level)
        for content in [listLikeBytes(count: count), randomBytes(count: count, seed: 7)] {
            let packed = compressor.compress(content)
            let unpacked = try Gunzip.unpack(packed, outputBytesMax: count)
            #expect(unpacked == content)
        }
    }

    @Test func listsBecomeMuchSmaller() {
        #expect(GzipCompressor(level: 6).compress(listLikeBytes(count: 10_000)).count < 1000)
    }

    /// The reused state does not carry bytes of one piece into the next.
    @Test func piecesAreIndependent() {
        let reused = GzipCompressor(level: 6)
        for (seed, count) in [(1, 5000), (2, 0), (3, 70_000), (4, 12)] as [(UInt64, Int)] {
            let content = randomBytes(count: count, seed: seed) + listLikeBytes(count: count)
            #expect(reused.compress(content) == GzipCompressor(level: 6).compress(content))
        }
    }

    /// A member begins with the magic number and the method, and contains no time and no name (RFC 1952, section 2.3).
    @Test func headerHasNoTimeAndNoName() {
        #expect(GzipCompressor(level: 6).compress([1]).prefix(8) == [0x1F, 0x8B, 8, 0, 0, 0, 0, 0])
    }
}
