import Front
import HTTP
import JSON
import Posix
import Text
import Time

/// The form of log lines.
package enum LogFormat: String, Sendable {
    /// Text if stderr is a terminal, JSON otherwise.
    case auto
    case text, json

    package func isJSON(onTerminal: Bool) -> Bool {
        switch self {
        case .auto: !onTerminal
        case .text: false
        case .json: true
        }
    }
}

/// The content and form of a log line. Whatever a message quotes, it stays one line of a bounded length.
package struct LogLine: Sendable {
    /// Longer messages are cut.
    private static let messageBytesMax = 4096

    package let level: Log.Level
    package let milliseconds: Int64
    private let content: Content

    private enum Content: Sendable {
        case message(String)
        case request(RequestRecord)
    }

    package init(_ level: Log.Level, _ message: String, at milliseconds: Int64) {
        self.level = level
        self.milliseconds = milliseconds
        let shown = message.oneLine
        let isLong = shown.utf8.count > Self.messageBytesMax
        content = .message(
            isLong ? String(decoding: shown.utf8.prefix(Self.messageBytesMax), as: UTF8.self) + "…" : shown)
    }

    package init(_ record: RequestRecord, at milliseconds: Int64) {
        level = .request
        self.milliseconds = milliseconds
        content = .request(record)
    }

    /// `2026-11-23T08:17:12.345Z INFO    listening on http://127.0.0.1:8080`
    package var text: String {
        let name = "\(level)".uppercased()
        let padding = String(repeating: " ", count: max(0, 7 - name.count))
        return "\(time) \(name)\(padding) \(message)\n"
    }

    /// `{"time":"2026-11-23T08:17:12.345Z","level":"info","message":"listening on http://127.0.0.1:8080"}`, with more
    /// members for a request.
    package var json: String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.name("time")
            writer.string(time)
            writer.name("level")
            writer.string("\(level)")
            writer.name("message")
            writer.string(message)
            if case .request(let record) = content { record.writeMembers(&writer) }
        }
        return String(decoding: writer.bytes, as: UTF8.self) + "\n"
    }

    private var message: String {
        switch content {
        case .message(let text): text
        case .request(let record): record.text
        }
    }

    private var time: String {
        let time = CivilTime(secondsSince1970: milliseconds / 1000).rfc3339.dropLast()
        return "\(time).\(String(1000 + milliseconds % 1000).dropFirst())Z"
    }
}

extension RequestRecord {
    /// The longest segment of a path that is logged. Tokens are longer, and almost no path of the API is, numbers
    /// excepted.
    private static let segmentBytesMax = 24
    private static let pathBytesMax = 256

    /// The path without text that a client may have put there by mistake: a long segment that is not a number may be a
    /// token.
    var loggedPath: String? { path.map { Self.logged($0) } }

    /// A path as it is logged. It is cut after its last segment was looked at as a whole, or the beginning of a token
    /// would pass for a short segment. The segments after that are not looked at: a path may be thousands of slashes.
    static func logged(_ path: some Collection<UInt8>) -> String {
        var shown = ""
        var rest = path[...]
        while shown.utf8.count <= pathBytesMax {
            let segment = rest.prefix { $0 != UInt8(ascii: "/") }
            let isShown = segment.count <= segmentBytesMax || segment.allSatisfy { (0x30...0x39).contains($0) }
            shown += isShown ? String(decoding: segment, as: UTF8.self).oneLine : "…"
            rest = rest[segment.endIndex...]
            guard !rest.isEmpty else { break }
            rest = rest.dropFirst()
            shown += "/"
        }
        return shown.utf8.count > pathBytesMax
            ? String(decoding: shown.utf8.prefix(pathBytesMax), as: UTF8.self) + "…" : shown
    }

    private var milliseconds: String {
        let microseconds = nanoseconds / 1000
        return "\(microseconds / 1000).\(String(1000 + microseconds % 1000).dropFirst())"
    }

    /// `GET /api/user/balance: 200, 26 bytes in 0.031 ms, to 127.0.0.1, 6f1d2b0c9a3e4f58-1a`
    fileprivate var text: String {
        let asked = method.map { "\($0.name) \(loggedPath ?? "")" } ?? "unreadable"
        let size = bytes.map { ", \($0) bytes" } ?? ""
        return
            "\(asked): \(status.rawValue)\(size) in \(milliseconds) ms, to \(client)\(id.map { ", \($0.oneLine)" } ?? "")"
    }

    fileprivate func writeMembers(_ writer: inout JSONWriter) {
        if let id {
            writer.name("request_id")
            writer.string(id.oneLine)
        }
        writer.name("client")
        writer.string("\(client)")
        if let method {
            writer.name("method")
            writer.string(method.name)
        }
        if let loggedPath {
            writer.name("path")
            writer.string(loggedPath)
        }
        writer.name("status")
        writer.literal(String(status.rawValue))
        if let bytes {
            writer.name("bytes")
            writer.literal(String(bytes))
        }
        writer.name("duration_ms")
        writer.literal(milliseconds)
    }
}
