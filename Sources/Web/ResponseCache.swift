import HTTP

/// Responses about users that were read and written out, for clients that ask again and again whether something has
/// changed. A response may be sent for as long as its user has the same revision.
final class ResponseCache {
    struct Key: Hashable {
        let user: Int64
        let route: Int
        let isPacked: Bool
        /// The requested part of the data and the preferred formats.
        let selection: [UInt8]
    }

    private struct Entry {
        let response: Response
        let revision: UInt64
        let bytes: Int
    }

    /// A response with a longer selection is not kept. Clients do not ask for it again.
    private static let selectionBytesMax = 256
    /// The memory for one event loop. Above the limit the cache drops everything, since a read is enough to make a
    /// response again.
    private static let bytesMax = 4 * 1024 * 1024
    /// The approximate memory of an entry besides its body.
    private static let bytesPerEntry = 512
    /// The number of states that are remembered, a power of two. They take 64 KiB for each event loop.
    private static let stateSlotCount = 8192

    private var entries: [Key: Entry] = [:]
    private var bytes = 0
    /// The states of the last responses, each in the slot that its lowest bits name. A response is kept when its state
    /// is made for the second time: if each request is of another user, then to keep the responses would cost more than
    /// to make them, and would displace those of clients that do ask again.
    private var states = [UInt64](repeating: 0, count: stateSlotCount)

    /// - Parameter state: the state of the response that ``EntityTags`` makes of the key and the revision.
    func response(for key: Key, at revision: UInt64, state: UInt64) -> Response? {
        guard isKnown(state), let entry = entries[key], entry.revision == revision else { return nil }
        return entry.response
    }

    /// Keeps a response that is made for the second time, unless its body is made while it is sent.
    ///
    /// - Parameter revision: the user's revision before the read.
    func insert(_ response: Response, for key: Key, at revision: UInt64, state: UInt64) {
        guard isKnown(state) else {
            states[Self.slot(of: state)] = state
            return
        }
        guard case .bytes(let body) = response.body, key.selection.count <= Self.selectionBytesMax else { return }
        if let replaced = entries[key] { bytes -= replaced.bytes }
        let entry = Entry(response: response, revision: revision, bytes: body.count + Self.bytesPerEntry)
        bytes += entry.bytes
        if bytes > Self.bytesMax {
            entries.removeAll()
            bytes = entry.bytes
        }
        entries[key] = entry
    }

    private func isKnown(_ state: UInt64) -> Bool { states[Self.slot(of: state)] == state }

    private static func slot(of state: UInt64) -> Int { Int(truncatingIfNeeded: state) & (stateSlotCount - 1) }
}
