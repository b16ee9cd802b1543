import Loyalty

/// The ids of session tokens that were presented before, so that the next request with a token costs no hash.
///
/// An entry is valid for ever, as the id of a token is its hash. The repository knows if the session is open.
final class SessionIDCache {
    private struct Entry {
        let token: Token
        let id: SessionID
    }

    /// A few customers need no more. Both numbers are powers of two.
    private static let slotCountMin = 1024
    /// 11 MiB in one event loop, if as many customers have been there.
    private static let slotCountMax = 131_072

    /// Two tokens that share a slot displace each other: of 100,000, three tenths are hashed each time.
    private var entries = [Entry?](repeating: nil, count: slotCountMin)
    private var count = 0

    func id(of token: ArraySlice<UInt8>) -> SessionID? {
        guard let token = Token(token), let entry = entries[slot(of: token)], entry.token == token else { return nil }
        return entry.id
    }

    func insert(_ id: SessionID, of token: ArraySlice<UInt8>) {
        guard let token = Token(token) else { return }
        // The ids of a table that is half full are dropped: each of them costs one hash to have again.
        if count > entries.count / 2, entries.count < Self.slotCountMax {
            entries = Array(repeating: nil, count: entries.count * 2)
            count = 0
        }
        if entries[slot(of: token)] == nil { count += 1 }
        entries[slot(of: token)] = Entry(token: token, id: id)
    }

    private func slot(of token: Token) -> Int { Int(truncatingIfNeeded: token.hash) & (entries.count - 1) }
}

/// A token of up to 48 bytes, of which none is zero. The server's tokens have 43.
private struct Token {
    private static let byteCountMax = 48

    private let words: InlineArray<6, UInt64>

    /// `nil` if there are too many bytes.
    init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count <= Self.byteCountMax else { return nil }
        var words = InlineArray<6, UInt64>(repeating: 0)
        let span = bytes.span
        for index in span.indices { words[index / 8] |= UInt64(span[index]) << UInt64(index % 8 * 8) }
        self.words = words
    }

    /// The bytes are base64 of random bits. The product spreads them over all of its high bits.
    var hash: UInt64 { (words[0] &* 0x9E37_79B9_7F4A_7C15) >> 32 }

    /// Takes the same time wherever the tokens differ. Otherwise the time would disclose how much of a guess is right.
    static func == (left: Token, right: Token) -> Bool {
        var difference: UInt64 = 0
        for index in left.words.indices { difference |= left.words[index] ^ right.words[index] }
        return difference == 0
    }
}
