/// Text from outside is text that a client, a file, a variable or another process has written. Before it is shown,
/// every character is escaped that would break a line, steer a terminal, or show the text in another order than it has
/// (CVE-2021-42574, "Trojan Source").
extension Unicode.Scalar {
    /// Returns true for control characters, for characters that change the direction of text, and for invisible ones
    /// that two different texts would look the same with. The joiners of Persian and of emoji are not among them.
    package var isUnprintable: Bool {
        switch value {
        case 0..<0x20, 0x7F...0x9F: true
        case 0x00AD, 0x061C, 0x180E, 0x200B, 0x200E...0x200F, 0x2028...0x202E, 0x2060...0x206F: true
        case 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE0FFF: true
        default: false
        }
    }

    /// `\n`, `\u{202E}`
    fileprivate var escape: String {
        switch self {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: "\\u{\(String(value, radix: 16, uppercase: true))}"
        }
    }
}

extension String {
    /// The text in one line, with every unprintable character escaped. Nothing else changes, so that a message that
    /// quotes such text may be escaped as a whole once more.
    package var oneLine: String { escaped { $0.isUnprintable } }

    /// The text with its line ends, and with every other unprintable character escaped.
    package var printableLines: String { escaped { $0.isUnprintable && $0 != "\n" } }

    /// The text between quotation marks, exactly: quotation marks and backslashes in it are escaped too.
    ///
    /// - Parameter charactersMax: longer text is cut there, with `…` after it.
    package func quoted(charactersMax: Int) -> String {
        let shown = prefix(charactersMax)
        let end = shown.endIndex == endIndex ? "" : "…"
        return "\"\(String(shown).escaped { $0.isUnprintable || $0 == "\"" || $0 == "\\" })\(end)\""
    }

    /// A JSON document with every unprintable character as an escape of JSON, which has the same meaning (RFC 8259,
    /// section 7).
    package var printableJSON: String {
        guard unicodeScalars.contains(where: { $0.isUnprintable && $0 != "\n" }) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            guard scalar.isUnprintable, scalar != "\n" else {
                text.unicodeScalars.append(scalar)
                continue
            }
            for unit in UTF16.encode(scalar)! {
                let digits = String(unit, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return text
    }

    private func escaped(_ isEscaped: (Unicode.Scalar) -> Bool) -> String {
        guard unicodeScalars.contains(where: isEscaped) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            if !isEscaped(scalar) {
                text.unicodeScalars.append(scalar)
            } else if scalar == "\"" || scalar == "\\" {
                text += "\\\(scalar)"
            } else {
                text += scalar.escape
            }
        }
        return text
    }
}
