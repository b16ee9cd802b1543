import Posix
import Synchronization

/// An operation that the control server was asked for, and the client that waits for its result.
final class ControlRequest: Sendable {
    let operation: any OwnerOperation
    /// The system's name of the account that called the command.
    let author: String
    private let client: UnixSocket
    /// True while the client takes what it is sent. An operation that has begun is finished even if the client does
    /// not.
    private let isRead = Mutex(true)

    init(_ operation: any OwnerOperation, by author: String, _ client: consuming UnixSocket) {
        self.operation = operation
        self.author = author
        self.client = client
    }

    /// Sends a line if the client takes it at once, so that a client that was stopped holds up nothing.
    func send(_ line: [UInt8]) {
        isRead.withLock { isRead in
            if isRead { isRead = client.sendWithoutWaiting(line) }
        }
    }

    /// Tells the client that the operation continues.
    func sendAlive() {
        send(OwnerReply.progress("").line)
    }

    /// Sends the last lines.
    func end(_ lines: [UInt8]) throws(SystemError) {
        let mayEnd = isRead.withLock { isRead in
            let mayEnd = isRead
            isRead = false
            return mayEnd
        }
        if mayEnd { try client.send(lines) }
    }
}
