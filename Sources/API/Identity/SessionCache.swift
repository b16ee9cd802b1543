import Loyalty
import Storage

/// Sessions that were looked up, so that the next request of one costs neither a hash nor a read. An entry holds for as long
/// as nothing of its user changes.
final class SessionCache {
    private struct Entry {
        let token: [UInt8]
        let session: OpenSession
        let version: ReadVersion
    }

    /// A place for each of so many; two sessions that meet at one take turns.
    private static let placeCount = 4096
    /// Bytes of a token that choose its place: base64 of random bits, so that the places fill evenly.
    private static let choosingBytes = 2

    private let versions: any ReadVersions
    private var entries = [Entry?](repeating: nil, count: placeCount)

    init(versions: any ReadVersions) {
        self.versions = versions
    }

    func session(of token: ArraySlice<UInt8>) -> OpenSession? {
        guard let entry = entries[Self.place(of: token)], Self.areEqual(entry.token, token),
            versions.isCurrent(entry.version, of: entry.session.user)
        else { return nil }
        return entry.session
    }

    /// `version` was taken before the session was read.
    func insert(_ session: OpenSession, of token: ArraySlice<UInt8>, version: ReadVersion) {
        entries[Self.place(of: token)] = Entry(token: Array(token), session: session, version: version)
    }

    private static func place(of token: ArraySlice<UInt8>) -> Int {
        token.prefix(choosingBytes).reduce(0) { $0 &* 64 &+ Int($1) } & (placeCount - 1)
    }

    /// Takes as long wherever they differ: the time would tell how much of a guess is right.
    private static func areEqual(_ kept: [UInt8], _ shown: ArraySlice<UInt8>) -> Bool {
        guard kept.count == shown.count else { return false }
        var difference: UInt8 = 0
        for index in kept.indices { difference |= kept[index] ^ shown[shown.startIndex + index] }
        return difference == 0
    }
}
