import Posix
import Synchronization

/// Keeps the lines that were logged.
package final class LogLines: Sendable {
    private let lines = Mutex<[(level: Log.Level, message: String)]>([])

    package init() {}

    package var log: Log {
        Log { level, message in self.lines.withLock { lines in lines.append((level, message)) } }
    }

    package var all: [String] { messages(from: .debug) }

    package func messages(from level: Log.Level) -> [String] {
        lines.withLock { lines in lines.filter { line in line.level >= level }.map(\.message) }
    }

    /// The number of lines that contain a text.
    package func count(of part: String) -> Int {
        all.count { message in message.contains(part) }
    }
}
