import Loyalty
import TestSupport
import Testing

@testable import API

/// The ids of tokens that were presented before: no token is taken for another one.
struct SessionIDCacheTests {
    private static let token = "0123456789-abcdefghijklmnopqrstuvwxyz_ABCDE"

    private static func id(_ byte: UInt8) -> SessionID {
        SessionID(bytes: [UInt8](repeating: byte, count: SessionID.byteCount))
    }

    private static func slice(_ text: String) -> ArraySlice<UInt8> { Array("  \(text) ".utf8)[2...].dropLast() }

    @Test(arguments: 0..<43)
    func aTokenThatDiffersInOneByteIsAnother(index: Int) {
        let cache = SessionIDCache()
        cache.insert(Self.id(1), of: Self.slice(Self.token))
        var other = Self.slice(Self.token)
        other[other.startIndex + index] ^= 1
        #expect(cache.id(of: Self.slice(Self.token)) == Self.id(1))
        #expect(cache.id(of: other) == nil)
        cache.insert(Self.id(2), of: other)
        #expect(cache.id(of: other) == Self.id(2) && cache.id(of: Self.slice(Self.token)) != Self.id(2))
    }

    /// A token of every length, each the beginning of the next one.
    @Test(arguments: 0...128)
    func aTokenOfAnotherLengthIsAnother(count: Int) {
        let cache = SessionIDCache()
        let bytes = Self.slice(String(repeating: "A", count: 128))
        for count in 0...128 { cache.insert(Self.id(UInt8(count)), of: bytes.prefix(count)) }
        // Some share a slot, and a text that is longer than any token of the server is not kept.
        let found = cache.id(of: bytes.prefix(count))
        #expect(found == nil || found == Self.id(UInt8(count)))
        cache.insert(Self.id(UInt8(count)), of: bytes.prefix(count))
        #expect(cache.id(of: bytes.prefix(count)) == (count <= 48 ? Self.id(UInt8(count)) : nil))
    }

    @Test(arguments: 0..<5 as Range<UInt64>)
    func theIDOfATokenIsItsOwnOrNotKnown(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let cache = SessionIDCache()
        let bytes = Array(Self.token.utf8)
        let tokens = (0..<8000).map { _ in (0..<43).map { _ in bytes.randomElement(using: &random)! }[...] }
        let ids = tokens.map { _ in
            SessionID(bytes: (0..<SessionID.byteCount).map { _ in UInt8.random(in: 0...255, using: &random) })
        }
        for (token, id) in zip(tokens, ids) {
            cache.insert(id, of: token)
            #expect(cache.id(of: token) == id && id.bytes.count == SessionID.byteCount)
        }
        let found = zip(tokens, ids).filter { token, id in
            let found = cache.id(of: token)
            #expect(found == nil || found == id)
            return found == id
        }
        // Without growth, a table of the smallest size keeps 1,024.
        #expect(found.count > 2000)
    }
}
