import EndToEndSupport
import Foundation
import JSON
import TestSupport

/// A request that the server has received, and what it answered.
struct Exchange {
    let method: String
    let path: String
    /// Without `Bearer`.
    let token: String?
    let body: String
    /// The event by which it had received all of it.
    let requestEvent: Int
    var answer: Answer?

    struct Answer {
        let status: Int
        let token: String?
        let body: String
        /// The first event after which the client may have had the answer.
        let event: Int
    }

    var json: JSONObject? { try? JSONParser.parse(Array(body.utf8)[...]).object }
}

/// Everything that clients asked and were told, as the server itself received and sent it.
struct Transcript {
    private(set) var exchanges: [Exchange] = []

    init(_ trace: Trace) throws {
        var connections: [Int32: Connection] = [:]
        for (index, event) in trace.events.enumerated() {
            switch event.kind {
            case .start: connections = [:]
            case .accept: connections[event.descriptor] = Connection()
            case .close: connections[event.descriptor] = nil
            case .receive:
                if let message = try connections[event.descriptor]?.inbound.add(trace.bytes[event.data], at: index) {
                    connections[event.descriptor]?.unanswered = exchanges.count
                    exchanges.append(Self.request(message, at: index))
                }
            case .send:
                if let message = try connections[event.descriptor]?.outbound.add(trace.bytes[event.data], at: index),
                    let request = connections[event.descriptor]?.unanswered
                {
                    exchanges[request].answer = try Self.answer(message)
                }
            default: break
            }
        }
    }

    private struct Connection {
        var inbound = Stream()
        var outbound = Stream()
        /// The exchange that waits for its answer: the tests' clients ask one thing at a time.
        var unanswered: Int?
    }

    private struct Message {
        let firstLine: [Substring]
        let fields: [String: String]
        let body: String
        /// The event of its first byte.
        let event: Int

        var token: String? {
            guard let value = fields["authorization"], value.hasPrefix("Bearer ") else { return nil }
            return String(value.dropFirst("Bearer ".count))
        }
    }

    /// One direction of a connection.
    private struct Stream {
        private var text = ""
        private var firstEvent = 0

        /// The message that these bytes complete.
        mutating func add(_ bytes: ArraySlice<UInt8>, at event: Int) throws -> Message? {
            if text.isEmpty { firstEvent = event }
            text += String(decoding: bytes, as: UTF8.self)
            guard let end = text.range(of: "\r\n\r\n") else { return nil }
            let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
            var fields: [String: String] = [:]
            for line in lines.dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1)
                fields[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
            }
            guard fields["transfer-encoding"] == nil else { throw TestFailure("a transcript has no chunks") }
            let length = fields["content-length"].flatMap { Int($0) } ?? 0
            let body = text[end.upperBound...].utf8
            guard body.count <= length else { throw TestFailure("a transcript has no pipelines: \(text)") }
            guard body.count == length else { return nil }
            let message = Message(
                firstLine: lines[0].split(separator: " "), fields: fields, body: String(text[end.upperBound...]),
                event: firstEvent)
            text = ""
            return message
        }
    }

    private static func request(_ message: Message, at event: Int) -> Exchange {
        Exchange(
            method: String(message.firstLine[0]), path: String(message.firstLine[1]), token: message.token,
            body: message.body, requestEvent: event)
    }

    private static func answer(_ message: Message) throws -> Exchange.Answer {
        guard let status = Int(message.firstLine[1]) else { throw TestFailure("no status: \(message.firstLine)") }
        return Exchange.Answer(status: status, token: message.token, body: message.body, event: message.event)
    }
}
