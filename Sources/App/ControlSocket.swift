import Posix

/// The socket beside the database by which a running server takes commands from its owner; no other account may use it. One
/// connection carries one command, as a line of JSON, and its replies, a line each.
enum ControlSocket {
    static func path(ofDatabase path: String) -> String { path + "-control" }

    /// Longer lines are no command and no reply.
    static let lineBytesMax = 64 * 1024
    /// How often a wait for bytes looks at the clock, and whether the server stops.
    static let lookMilliseconds = 200
    /// How long the server waits for a whole command: it is ready when the client connects.
    static let commandMilliseconds: Int64 = 5000
    /// How long a client waits for the next line. The server says every second that a long command goes on; what is quick waits for
    /// the commands before it, each of which may be slow to arrive.
    static let silenceMilliseconds: Int64 = 10_000
    /// How often the server says that a long command goes on.
    static let aliveMilliseconds: Int64 = 1000
    /// How long connecting may take, and sending a part.
    static let sendMilliseconds = 2000
}

/// Takes lines from a socket that limits its waits to ``ControlSocket/lookMilliseconds``.
struct LineReader {
    /// All that is received, over which the peer is not believed.
    private let bytesMax: Int
    private var received: [UInt8] = []
    private var receivedBytes = 0

    private static let partBytesMax = 16 * 1024

    enum Next: Equatable, Sendable {
        /// Without its end.
        case line([UInt8])
        /// The peer sends no more; what it had begun is dropped.
        case end
        /// No whole line came in time.
        case late
        /// A line, or everything together, is longer than it may be.
        case tooLong
        case cancelled
    }

    init(bytesMax: Int) {
        self.bytesMax = bytesMax
    }

    /// The next line, if it is whole within the time.
    mutating func next(
        from socket: borrowing UnixSocket, withinMilliseconds milliseconds: Int64,
        until cancellation: Cancellation? = nil
    ) throws(SystemError) -> Next {
        let end = SystemClock.monotonicMilliseconds() + milliseconds
        while true {
            if let end = received.firstIndex(of: 0x0A) {
                guard end <= ControlSocket.lineBytesMax else { return .tooLong }
                let line = Array(received[..<end])
                received.removeFirst(end + 1)
                return .line(line)
            }
            guard received.count <= ControlSocket.lineBytesMax, receivedBytes <= bytesMax else { return .tooLong }
            if let cancellation, cancellation.isCancelled { return .cancelled }
            guard SystemClock.monotonicMilliseconds() < end else { return .late }
            switch try socket.receive(bytesMax: Self.partBytesMax) {
            case .bytes(let bytes):
                received += bytes
                receivedBytes += bytes.count
            case .nothingYet: continue
            case .end: return .end
            }
        }
    }
}
