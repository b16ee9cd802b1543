import Posix
import Synchronization

/// A command that the control server was given, and the client that waits for its outcome.
final class Errand: Sendable {
    let command: OwnerCommand
    /// The system's name of the user who asks.
    let author: String
    private let client: UnixSocket
    /// Whether the client takes what it is sent. What is begun is done all the same if it does not.
    private let isRead = Mutex(true)

    init(_ command: OwnerCommand, by author: String, _ client: consuming UnixSocket) {
        self.command = command
        self.author = author
        self.client = client
    }

    /// Sends a line if the client takes it at once: a client that was stopped holds up nothing.
    func say(_ line: [UInt8]) {
        isRead.withLock { isRead in
            if isRead { isRead = client.sendWithoutWaiting(line) }
        }
    }

    /// Says that the command goes on.
    func sayAlive() {
        say(OwnerReply.progress("").line)
    }

    /// Sends the last lines, after which nothing more is sent.
    func end(_ lines: [UInt8]) throws(SystemError) {
        let mayEnd = isRead.withLock { isRead in
            let mayEnd = isRead
            isRead = false
            return mayEnd
        }
        if mayEnd { try client.send(lines) }
    }
}
