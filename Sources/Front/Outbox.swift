import HTTP
import Posix

/// The bytes that a connection has to send and that the kernel has not taken.
struct Outbox {
    private var bytes: [UInt8] = []
    private var sentCount = 0

    /// The memory that an idle connection keeps for its buffer.
    private static let idleCapacityMax = 2 * 1024
    /// Sent bytes are dropped when there are at least this many, and at least as many as unsent ones. If they were
    /// dropped only when all is sent, the buffer of a client that always lags a little would keep everything that it
    /// was ever sent.
    private static let sentBytesMax = 64 * 1024

    var count: Int { bytes.count - sentCount }
    var isEmpty: Bool { count == 0 }
    /// The memory that the buffer uses, including that of sent bytes.
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

    /// Sends as many bytes as the kernel takes. Returns false if it takes none now.
    mutating func send(to socket: borrowing Socket) throws(SystemError) -> Bool {
        guard let count = try socket.send(bytes, from: sentCount) else { return false }
        sentCount += count
        if sentCount == bytes.count {
            bytes.removeAll(keepingCapacity: bytes.capacity <= Self.idleCapacityMax)
            sentCount = 0
        } else if sentCount >= max(Self.sentBytesMax, bytes.count / 2) {
            // There are at least as many sent bytes as unsent ones, so that each byte is moved once at most. The bytes
            // are copied, because an array that only loses elements keeps its memory.
            bytes = Array(bytes[sentCount...])
            sentCount = 0
        }
        return true
    }
}
