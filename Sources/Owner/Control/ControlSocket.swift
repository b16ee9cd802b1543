import Posix

/// The socket beside the database on which a running server takes commands from its owner. No other account may use it.
/// A connection carries one operation, as a line of JSON, and its replies, a line each.
package enum ControlSocket {
    /// The path of the socket of a database.
    package static func path(ofDatabase path: String) -> String { path + "-control" }

    /// A command with a longer line is refused.
    static let lineBytesMax = 64 * 1024
    /// An answer with a longer line is refused. The longest line has the ends of 10,000 sessions, the most that a
    /// customer can have (`sessions.per_user_max`): 260 kB.
    static let answerLineBytesMax = 512 * 1024
    /// A wait for bytes checks this often whether its time is over, and whether the server stops.
    static let lookMilliseconds = 200
    /// The longest time that the server waits for an operation. A client has it ready when it connects.
    static let commandMilliseconds: Int64 = 5000
    /// The longest time that a client waits for the next line. The server sends a line every second while a long
    /// operation continues. A quick operation waits for those before it, each of which may be slow to arrive.
    static let silenceMilliseconds: Int64 = 10_000
    /// The server tells a client this often that a long operation continues.
    static let aliveMilliseconds: Int64 = 1000
    /// The longest time for connecting, and for sending a part.
    static let sendMilliseconds = 2000
}

/// Reads lines from a socket that limits its waits to ``ControlSocket/lookMilliseconds``.
struct LineReader {
    private let lineBytesMax: Int
    /// The largest number of bytes that is read in all.
    private let bytesMax: Int
    private var received: [UInt8] = []
    private var receivedBytes = 0

    private static let partBytesMax = 16 * 1024

    enum Next: Equatable, Sendable {
        /// A line without its end.
        case line([UInt8])
        /// The peer sends no more. A line that it had begun is dropped.
        case end
        /// No whole line came in time.
        case late
        /// A line, or all lines together, exceed their limit.
        case tooLong
        case cancelled
    }

    init(lineBytesMax: Int, bytesMax: Int) {
        self.lineBytesMax = lineBytesMax
        self.bytesMax = bytesMax
    }

    /// Reads the next line.
    ///
    /// - Parameters:
    ///   - milliseconds: the longest time for the whole line.
    ///   - cancellation: ends the wait.
    /// - Throws: the error of recv(2).
    mutating func next(
        from socket: borrowing UnixSocket, withinMilliseconds milliseconds: Int64,
        until cancellation: Cancellation? = nil
    ) throws(SystemError) -> Next {
        let end = SystemClock.monotonicMilliseconds() + milliseconds
        while true {
            if let end = received.firstIndex(of: 0x0A) {
                guard end <= lineBytesMax else { return .tooLong }
                let line = Array(received[..<end])
                received.removeFirst(end + 1)
                return .line(line)
            }
            guard received.count <= lineBytesMax, receivedBytes <= bytesMax else { return .tooLong }
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
