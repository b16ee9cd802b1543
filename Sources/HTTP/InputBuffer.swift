/// A queue of the bytes that a connection has received and the parser has not read.
package struct InputBuffer: Sendable {
    private(set) var bytes: [UInt8] = []
    /// The position of the first unread byte.
    private(set) var start = 0

    package init() {}

    package var count: Int { bytes.count - start }
    package var isEmpty: Bool { count == 0 }
    /// The memory that the buffer uses, including that of bytes that were read.
    package var heldBytes: Int { bytes.capacity }

    /// Appends bytes at the end. The parameter's type is concrete, because a generic function would not be specialised
    /// for its caller in another module.
    package mutating func append(_ received: ArraySlice<UInt8>) {
        bytes.append(contentsOf: received)
    }

    /// The unread byte at `offset` from the first.
    subscript(_ offset: Int) -> UInt8 { bytes[start + offset] }

    func slice(_ range: Range<Int>) -> ArraySlice<UInt8> {
        bytes[(start + range.lowerBound)..<(start + range.upperBound)]
    }

    /// Returns true if the unread bytes begin with `prefix`.
    func starts(with prefix: [UInt8]) -> Bool {
        guard count >= prefix.count else { return false }
        let unread = bytes.span.extracting(start..<(start + prefix.count))
        let expected = prefix.span
        // The loop has no condition, so that the compiler compares many bytes at once.
        var difference: UInt8 = 0
        for index in expected.indices { difference |= unread[index] ^ expected[index] }
        return difference == 0
    }

    mutating func consume(_ count: Int) {
        precondition(count >= 0 && count <= self.count, "count must not exceed the number of unread bytes")
        start += count
        if start == bytes.count { removeAll() } else if start >= Self.readBytesMax { dropRead() }
    }

    /// Removes all bytes, and frees the memory that an idle connection does not need.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.idleCapacityMax)
        start = 0
    }

    private mutating func dropRead() {
        // The bytes are copied, because an array that only loses elements keeps its memory.
        bytes = Array(bytes[start...])
        start = 0
    }

    /// Read bytes are dropped when there are this many, so that a long pipeline does not keep them all.
    private static let readBytesMax = 16 * 1024
    /// The memory that an idle connection may keep for its next request.
    private static let idleCapacityMax = 2 * 1024
}
