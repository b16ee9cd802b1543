import CommandLine
import JSON

/// A line that the server sends while it does an operation, or at its end.
enum OwnerReply: Equatable, Sendable {
    /// A line about the progress; on a terminal, the next one replaces it.
    case progress(String)
    /// A row of the answer.
    case row(JSONObject)
    /// The result, after which nothing follows.
    case done(CommandResult)
}

extension OwnerReply {
    /// The reply as a line of JSON.
    var line: [UInt8] {
        switch self {
        case .progress(let text): JSONValue.object(["progress": .string(text)]).line
        case .row(let row): JSONValue.object(["row": .object(row)]).line
        case .done(let result):
            JSONValue.object([
                "status": .integer(result.status), "text": .string(result.text),
                "document": result.document.map { .object($0) } ?? .null,
                "next": result.next.map { .integer($0) } ?? .null,
            ]).line
        }
    }

    /// Reads a line of JSON without its end; `nil` if it is not a reply.
    init?(line: some Sequence<UInt8>) {
        guard let object = try? JSONParser.parse(line).object else { return nil }
        if let text = object["progress"]?.string {
            self = .progress(text)
        } else if let row = object["row"]?.object {
            self = .row(row)
        } else {
            guard let status = object.integer("status").flatMap({ Int32(exactly: $0) }), ExitStatus.isKnown(status),
                let text = object["text"]?.string
            else { return nil }
            self = .done(
                CommandResult(
                    status: status, text: text, document: object["document"]?.object, next: object.integer("next")))
        }
    }
}
