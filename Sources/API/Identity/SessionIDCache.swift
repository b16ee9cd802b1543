import Loyalty

/// The ids of session tokens that were presented before, so that the next request with a token costs no hash.
///
/// An entry is valid for ever, as the id of a token is its hash. The repository knows if the session is open.
final class SessionIDCache {
    private struct Entry {
        let token: [UInt8]
        let id: SessionID
    }

    /// Two tokens that share a slot displace each other.
    private static let slotCount = 4096
    /// The bytes of a token that select its slot. They are base64 of random bits, so the slots fill evenly.
    private static let selectingBytes = 2

    private var entries = [Entry?](repeating: nil, count: slotCount)

    func id(of token: ArraySlice<UInt8>) -> SessionID? {
        guard let entry = entries[Self.slot(of: token)], Self.areEqual(entry.token, token) else { return nil }
        return entry.id
    }

    func insert(_ id: SessionID, of token: ArraySlice<UInt8>) {
        entries[Self.slot(of: token)] = Entry(token: Array(token), id: id)
    }

    private static func slot(of token: ArraySlice<UInt8>) -> Int {
        token.prefix(selectingBytes).reduce(0) { $0 &* 64 &+ Int($1) } & (slotCount - 1)
    }

    /// Takes the same time wherever the texts differ. Otherwise the time would disclose how much of a guess is right.
    private static func areEqual(_ kept: [UInt8], _ presented: ArraySlice<UInt8>) -> Bool {
        guard kept.count == presented.count else { return false }
        var difference: UInt8 = 0
        for index in kept.indices { difference |= kept[index] ^ presented[presented.startIndex + index] }
        return difference == 0
    }
}
