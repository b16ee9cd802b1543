import HTTP
import Loyalty
import Posix

/// Lines on stderr: `2026-11-23T08:17:12.345Z INFO  listening on http://127.0.0.1:8080`.
enum ConsoleLog {
    /// A longer message is cut: whatever it quotes, a line stays a line.
    private static let messageBytesMax = 4096

    static func make(level minimum: Log.Level) -> Log {
        Log { level, message in
            guard level >= minimum else { return }
            StandardStream.error.write(line(level, message, at: SystemClock.wallMilliseconds()))
        }
    }

    static func line(_ level: Log.Level, _ message: String, at milliseconds: Int64) -> String {
        let time = CivilTime(secondsSince1970: milliseconds / 1000).rfc3339.dropLast()
        let fraction = String(1000 + milliseconds % 1000).dropFirst()
        let name = "\(level)".uppercased()
        let padding = String(repeating: " ", count: max(0, 7 - name.count))
        let isLong = message.utf8.count > messageBytesMax
        let text = isLong ? String(decoding: message.utf8.prefix(messageBytesMax), as: UTF8.self) + "…" : message
        return "\(time).\(fraction)Z \(name)\(padding) \(text.oneLine)\n"
    }
}
