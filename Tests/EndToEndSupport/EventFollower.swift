import Posix
import TestSupport

/// Follows a user's events on a connection of its own (WHATWG HTML, section 9.2).
package final class EventFollower {
    package struct Event: Equatable, Sendable {
        package let id: String
        package let name: String
        package let data: String
    }

    private let client: Client
    /// Received, and not yet a whole block.
    private var text = ""
    /// The events so far.
    package private(set) var events: [Event] = []
    /// The value that a browser would send as `Last-Event-ID` when it reconnects; `nil` before the first id.
    package private(set) var lastEventID: String?
    /// The comments so far.
    package private(set) var comments: [String] = []
    /// True after the last chunk of the stream.
    package private(set) var hasEnded = false

    /// Begins, and returns once the server has answered.
    package init(_ endpoint: Endpoint, authorization: String?, lastEventID: String? = nil) throws {
        client = try Client(endpoint: endpoint)
        client.authorization = authorization
        let fields = lastEventID.map { ["Last-Event-ID: \($0)"] } ?? []
        try client.write(client.request("GET", "/api/user/events", nil, fields: fields))
        let answer = try client.answer(hasBody: false)
        guard answer.status == 200, answer["Content-Type"] == "text/event-stream" else {
            throw TestFailure("no stream: \(answer.status) \(answer.fields)")
        }
        try readOn { !comments.isEmpty }
    }

    /// Waits until `count` events have arrived in total.
    package func waitForEvents(_ count: Int) throws { try readOn { events.count >= count } }

    /// Waits until `count` comments have arrived in total.
    package func waitForComments(_ count: Int) throws { try readOn { comments.count >= count } }

    package func waitForEnd() throws { try readOn { false } }

    private func readOn(until condition: () -> Bool) throws {
        while !condition() {
            guard let chunk = try client.nextChunk() else {
                hasEnded = true
                return
            }
            text += String(decoding: chunk, as: UTF8.self)
            while let end = text.firstRange(of: "\n\n") {
                take(text[..<end.lowerBound])
                text.removeSubrange(..<end.upperBound)
            }
        }
    }

    private func take(_ block: Substring) {
        if block.hasPrefix(":") { comments.append(String(block)) }
        var values: [Substring: String] = [:]
        for line in block.split(separator: "\n") {
            guard let colon = line.firstRange(of: ": ") else { continue }
            values[line[..<colon.lowerBound]] = String(line[colon.upperBound...])
        }
        // As a browser does (WHATWG HTML, section 9.2.6): an id counts without data too, and no data is no event.
        if let id = values["id"] { lastEventID = id }
        guard values["data"] != nil else { return }
        events.append(Event(id: values["id"] ?? "", name: values["event"] ?? "", data: values["data"] ?? ""))
    }
}
