/// Writes HTML, and escapes text.
struct HTMLWriter {
    private(set) var text = ""

    mutating func element(
        _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ content: (inout HTMLWriter) -> Void
    ) {
        open(name, attributes)
        content(&self)
        text += "</\(name)>"
    }

    /// Writes an element whose content is prose.
    mutating func element(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ prose: String) {
        element(name, attributes) { $0.prose(prose) }
    }

    /// Writes an element without content and end tag, such as `meta`.
    mutating func void(_ name: String, _ attributes: KeyValuePairs<String, String>) {
        open(name, attributes)
    }

    /// Writes a text in which backticks enclose code.
    mutating func prose(_ text: String) {
        for (index, part) in text.split(separator: "`", omittingEmptySubsequences: false).enumerated() {
            if index.isMultiple(of: 2) { append(part) } else { element("code") { $0.append(part) } }
        }
    }

    /// Writes a text without markup.
    mutating func append(_ text: some StringProtocol) {
        self.text += Self.escaped(text)
    }

    private mutating func open(_ name: String, _ attributes: KeyValuePairs<String, String>) {
        text += "<\(name)"
        for (name, value) in attributes { text += " \(name)=\"\(Self.escaped(value))\"" }
        text += ">"
    }

    static func escaped(_ text: some StringProtocol) -> String {
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
