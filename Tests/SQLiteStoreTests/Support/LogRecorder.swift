import Loyalty
import Posix
import Synchronization

/// Keeps the lines that were logged.
final class LogRecorder: Sendable {
    private let lines = Mutex<[(level: Log.Level, message: String)]>([])

    var log: Log {
        Log { level, message in self.lines.withLock { lines in lines.append((level, message)) } }
    }

    func messages(from level: Log.Level) -> [String] {
        lines.withLock { lines in lines.filter { line in line.level >= level }.map(\.message) }
    }

    func count(of part: String) -> Int {
        messages(from: .debug).count { message in message.contains(part) }
    }
}
