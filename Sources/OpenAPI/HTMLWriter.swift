/// Writes HTML, escaped.
struct HTMLWriter {
    private(set) var text = ""

    mutating func element(
        _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ content: (inout HTMLWriter) -> Void
    ) {
        open(name, attributes)
        content(&self)
        text += "</\(name)>"
    }

    /// An element that holds only prose.
    mutating func element(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ prose: String) {
        element(name, attributes) { $0.prose(prose) }
    }

    /// An element without an end, as `meta` is.
    mutating func void(_ name: String, _ attributes: KeyValuePairs<String, String>) {
        open(name, attributes)
    }

    /// Text in which what stands between backticks is code.
    mutating func prose(_ text: String) {
        for (index, part) in text.split(separator: "`", omittingEmptySubsequences: false).enumerated() {
            if index.isMultiple(of: 2) { append(part) } else { element("code") { $0.append(part) } }
        }
    }

    /// Characters that all stand for themselves.
    mutating func append(_ text: some StringProtocol) {
        self.text += Self.escaped(text)
    }

    /// What is HTML already, or a stylesheet.
    mutating func raw(_ text: String) {
        self.text += text
    }

    private mutating func open(_ name: String, _ attributes: KeyValuePairs<String, String>) {
        text += "<\(name)"
        for (name, value) in attributes { text += " \(name)=\"\(Self.escaped(value))\"" }
        text += ">"
    }

    private static func escaped(_ text: some StringProtocol) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
