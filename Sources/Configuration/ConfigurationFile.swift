import JSON

/// The text of a configuration file: how it is parsed, and how its faults are explained.
enum ConfigurationFile {
    /// Returns the settings in the bytes of a file: JSON, and comments from `//` to the end of a line.
    ///
    /// - Throws: the fault and its position, without the name of the file.
    static func object(_ bytes: [UInt8]) throws(ConfigurationError) -> JSONObject {
        // A byte order mark may be ignored (RFC 8259, section 8.1), and editors on Windows write one.
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        if text.isEmpty { throw ConfigurationError("the file is empty; {} sets nothing") }
        if isWide(text) { throw ConfigurationError("the file is UTF-16 or UTF-32, and has to be UTF-8") }
        let document: JSONValue
        do throws(JSONParser.SyntaxError) {
            document = try JSONParser.parse(withoutComments(text))
        } catch {
            let hint = hint(at: error.offset, in: text).map { " (\($0))" } ?? ""
            throw ConfigurationError("\(position(error.offset, in: text)): \(error.reason)\(hint)")
        }
        guard let object = document.object else { throw ConfigurationError("not a JSON object") }
        return object
    }

    /// Replaces the bytes of comments by spaces, so that the positions of all others stay.
    private static func withoutComments(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var text = Array(bytes)
        let slash = UInt8(ascii: "/")
        var isInString = false
        var index = 0
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "\\") where isInString: index += 1
            case UInt8(ascii: "\""): isInString.toggle()
            case slash where !isInString && index + 1 < text.count && text[index + 1] == slash:
                let end = text[index...].firstIndex(of: 0x0A) ?? text.endIndex
                for position in index..<end { text[position] = 0x20 }
                index = end
            default: break
            }
            index += 1
        }
        return text
    }

    /// Returns true for text of two or four bytes per character: it begins with a byte order mark, or one of its first
    /// two bytes is zero.
    private static func isWide(_ bytes: ArraySlice<UInt8>) -> Bool {
        let start = Array(bytes.prefix(2))
        return start == [0xFF, 0xFE] || start == [0xFE, 0xFF] || start.contains(0)
    }

    /// `line 3, column 14`
    private static func position(_ offset: Int, in bytes: ArraySlice<UInt8>) -> String {
        let before = bytes.prefix(offset)
        let column = before.reversed().prefix { $0 != 0x0A }.count + 1
        return "line \(before.count { $0 == 0x0A } + 1), column \(column)"
    }

    /// Returns the fault at a position if it is a common difference from JSON.
    private static func hint(at offset: Int, in bytes: ArraySlice<UInt8>) -> String? {
        let rest = bytes.dropFirst(offset)
        guard let first = rest.first else { return nil }
        switch first {
        case UInt8(ascii: "/"), UInt8(ascii: "#"): return "a comment begins with //"
        case UInt8(ascii: "'"), 0xE2: return "strings have straight double quotation marks"
        case UInt8(ascii: "T"), UInt8(ascii: "F"): return "true and false have small letters"
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            let before = bytes.prefix(offset).last { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
            return before == UInt8(ascii: ",") ? "there is a comma too many before it" : nil
        case _ where rest.starts(with: "NaN".utf8) || rest.starts(with: "Infinity".utf8):
            return "NaN and Infinity are not JSON numbers"
        default: return nil
        }
    }
}
