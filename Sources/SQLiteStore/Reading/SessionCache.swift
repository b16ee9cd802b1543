import Loyalty
import Storage

/// Sessions that one event loop has read before, so that the next request of a session costs no read. An entry may be
/// used for as long as its user has the same revision.
final class SessionCache {
    private struct Entry {
        let id: SessionID
        let session: OpenSession
    }

    /// Two sessions that share a slot displace each other.
    private static let slotCount = 4096

    private var entries = [Entry?](repeating: nil, count: slotCount)

    func session(_ id: SessionID) -> OpenSession? {
        guard let entry = entries[Self.slot(of: id)], entry.id == id else { return nil }
        return entry.session
    }

    func insert(_ session: OpenSession, _ id: SessionID) {
        entries[Self.slot(of: id)] = Entry(id: id, session: session)
    }

    /// An id is a hash, so that its first bytes fill the slots evenly.
    private static func slot(of id: SessionID) -> Int {
        (Int(id.bytes[0]) << 8 | Int(id.bytes[1])) & (slotCount - 1)
    }
}
