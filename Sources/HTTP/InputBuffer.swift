/// Bytes that were received and not yet read, read from the front.
package struct InputBuffer: Sendable {
    private(set) var bytes: [UInt8] = []
    /// Where the unread ones begin.
    private(set) var start = 0

    package init() {}

    package var count: Int { bytes.count - start }
    package var isEmpty: Bool { count == 0 }
    /// What it takes of the memory, read bytes among it.
    package var heldBytes: Int { bytes.capacity }

    /// Concrete, since a generic function would not be specialised for its caller in another module.
    package mutating func append(_ received: ArraySlice<UInt8>) {
        bytes.append(contentsOf: received)
    }

    /// The unread byte at a distance from the first.
    subscript(_ offset: Int) -> UInt8 { bytes[start + offset] }

    func slice(_ range: Range<Int>) -> ArraySlice<UInt8> {
        bytes[(start + range.lowerBound)..<(start + range.upperBound)]
    }

    /// Whether these are the next bytes, all of them there.
    func starts(with prefix: [UInt8]) -> Bool {
        guard count >= prefix.count else { return false }
        let unread = bytes.span.extracting(start..<(start + prefix.count))
        let expected = prefix.span
        for index in expected.indices where unread[index] != expected[index] { return false }
        return true
    }

    mutating func consume(_ count: Int) {
        precondition(count >= 0 && count <= self.count, "only what is there can be read")
        start += count
        if start == bytes.count { removeAll() } else if start >= Self.readBytesMax { dropRead() }
    }

    /// Forgets everything, and gives back memory that an idle connection has no use for.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.idleCapacityMax)
        start = 0
    }

    private mutating func dropRead() {
        // A copy, as an array that only loses bytes keeps its memory.
        bytes = Array(bytes[start...])
        start = 0
    }

    /// Read bytes are moved away once there are this many, so that a long pipeline does not keep them all.
    private static let readBytesMax = 16 * 1024
    /// What an idle connection may keep for its next request.
    private static let idleCapacityMax = 2 * 1024
}
