import Posix

/// Where a running server takes commands from its owner: a socket beside the database that nobody else may use. One connection
/// brings one command, as a line of JSON, and takes what is said of it, a line each.
enum ControlSocket {
    static func path(ofDatabase path: String) -> String { path + "-control" }

    /// Longer lines are nobody's commands, and no entry's.
    static let lineBytesMax = 64 * 1024
    /// How long a client may take to say what it wants, all of it.
    fileprivate static let patienceMilliseconds: Int64 = 5000
    /// How often a wait for it looks whether the server stops.
    static let lookMilliseconds = 200
    /// How long a client may take to read a part of its answer.
    static let sendMilliseconds = 2000
}

/// Asks a running server.
enum ControlClient {
    /// Throws where nobody listens; nil where the server ends before it has answered.
    static func run(
        _ command: OwnerCommand, by author: String, onDatabase path: String, reply: (OwnerReply) -> Void
    ) throws(SystemError) -> OwnerOutcome? {
        let server = try UnixSocket(connectingTo: ControlSocket.path(ofDatabase: path))
        try server.send(command.line(by: author))
        var lines = LineReader()
        while let line = try lines.next(from: server), let said = OwnerReply(line: line) {
            if case .done(let outcome) = said { return outcome }
            reply(said)
        }
        return nil
    }
}

/// Takes lines from a socket.
struct LineReader {
    private var received: [UInt8] = []

    /// The next line without its end; nil where there is none any more, where it is too long, or where it does not come in
    /// time; without `cancellation` there is time for ever.
    mutating func next(
        from socket: borrowing UnixSocket, until cancellation: Cancellation? = nil
    ) throws(SystemError) -> [UInt8]? {
        let end = SystemClock.monotonicMilliseconds() + ControlSocket.patienceMilliseconds
        while true {
            if let cancellation, cancellation.isCancelled || SystemClock.monotonicMilliseconds() > end { return nil }
            if let end = received.firstIndex(of: 0x0A) {
                let line = Array(received[..<end])
                received.removeFirst(end + 1)
                return line
            }
            guard received.count < ControlSocket.lineBytesMax else { return nil }
            switch try socket.receive(bytesMax: 16 * 1024) {
            case .bytes(let bytes): received += bytes
            case .nothingYet: continue
            case .end: return nil
            }
        }
    }
}
