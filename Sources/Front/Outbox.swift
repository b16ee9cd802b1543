import HTTP
import Posix

/// What goes out on a connection, as far as the kernel has not taken it yet.
struct Outbox {
    private var bytes: [UInt8] = []
    private var sentCount = 0

    /// What an idle connection keeps of its buffer.
    private static let idleCapacityMax = 2 * 1024
    /// Sent bytes leave the buffer once there are this many, and as many as those that are not: a client that is never quite up to date would have it keep all
    /// that it was ever sent.
    private static let sentBytesMax = 64 * 1024

    var count: Int { bytes.count - sentCount }
    var isEmpty: Bool { count == 0 }
    /// What it takes of the memory, sent bytes among it.
    var heldBytes: Int { bytes.capacity }

    mutating func append(_ response: Response, _ context: Encoder.Context) {
        Encoder.encode(response, context, into: &bytes)
    }

    mutating func append(_ others: [UInt8]) {
        bytes.append(contentsOf: others)
    }

    mutating func append(chunk part: [UInt8]) {
        Encoder.encode(chunk: part, into: &bytes)
    }

    /// Sends what the kernel takes; false where it takes nothing now.
    mutating func send(to socket: borrowing Socket) throws(SystemError) -> Bool {
        guard let count = try socket.send(bytes, from: sentCount) else { return false }
        sentCount += count
        if sentCount == bytes.count {
            bytes.removeAll(keepingCapacity: bytes.capacity <= Self.idleCapacityMax)
            sentCount = 0
        } else if sentCount >= max(Self.sentBytesMax, bytes.count / 2) {
            // Where there are as many as the others, so that none is moved more than once. A copy, as an array that only loses bytes keeps its memory.
            bytes = Array(bytes[sentCount...])
            sentCount = 0
        }
        return true
    }
}
