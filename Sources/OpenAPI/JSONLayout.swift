import JSON

/// Lays a JSON value out in lines for people, in the notation of a language. The strings of all notations are alike:
/// JSON's escapes mean the same in JavaScript and Python.
struct JSONLayout {
    enum Notation {
        /// JSON, which is JavaScript too.
        case json
        case python
    }

    /// A longer array or object has a line for each of its values. Two of them fit a phone of 320 pixels in small type.
    private static let lineCharactersMax = 44
    private static let step = "  "

    let notation: Notation

    /// - Parameter indentation: the spaces before each line but the first.
    func text(of value: JSONValue, indentation: String = "") -> String {
        let line = line(of: value)
        guard line.count > Self.lineCharactersMax else { return line }
        let inner = indentation + Self.step
        func lines(_ brackets: (String, String), _ values: [String]) -> String {
            "\(brackets.0)\n" + values.map { inner + $0 }.joined(separator: ",\n") + "\n\(indentation)\(brackets.1)"
        }
        switch value {
        case .array(let values):
            return lines(("[", "]"), values.map { text(of: $0, indentation: inner) })
        case .object(let object):
            return lines(
                ("{", "}"),
                object.members.map { "\(Self.quoted($0.name)): \(text(of: $0.value, indentation: inner))" })
        case .null, .bool, .number, .string: return line
        }
    }

    /// The text of a body: JSON laid out, and any other text as it is.
    static func shown(_ text: String, isJSON: Bool) -> String {
        guard isJSON, let value = try? JSONParser.parse(text.utf8) else { return text }
        return JSONLayout(notation: .json).text(of: value)
    }

    private func line(of value: JSONValue) -> String {
        switch value {
        case .null: notation == .json ? "null" : "None"
        case .bool(let isTrue): notation == .json ? "\(isTrue)" : isTrue ? "True" : "False"
        case .number(let number): number.literal
        case .string(let text): Self.quoted(text)
        case .array(let values): "[" + values.map(line).joined(separator: ", ") + "]"
        case .object(let object):
            "{" + object.members.map { "\(Self.quoted($0.name)): \(line(of: $0.value))" }.joined(separator: ", ") + "}"
        }
    }

    /// A string of JSON, JavaScript and Python.
    static func quoted(_ text: String) -> String {
        var writer = JSONWriter()
        writer.string(text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
