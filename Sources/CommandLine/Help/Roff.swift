/// Writes a manual page in the language of man(7). Every text that it takes is escaped, so that no part of it becomes a
/// request.
package struct Roff {
    private(set) var source: String

    init(title: String, section: Int, source: String, manual: String) {
        // There is no date, so that an executable prints the same page every day. Long names are neither spread nor
        // broken.
        self.source = ".TH \(title) \(section) \"\" \"\(source)\" \"\(manual)\"\n.nh\n.ad l\n"
    }

    mutating func section(_ name: String) { source += ".SH \(Self.escaped(name))\n" }

    mutating func subsection(_ name: String) { source += ".SS\n\(Self.escaped(name))\n" }

    mutating func text(_ text: String) { source += "\(Self.escaped(text))\n" }

    mutating func paragraph(_ text: String) { source += ".PP\n\(Self.escaped(text))\n" }

    /// Writes a name in bold, and an explanation below it.
    mutating func item(_ name: String, _ text: String) {
        source += ".TP\n\\fB\(Self.escaped(name))\\fR\n\(Self.escaped(text))\n"
    }

    /// Writes lines as they are, without filling them.
    mutating func lines(_ lines: [String]) { source += ".nf\n\(Self.escaped(lines.joined(separator: "\n")))\n.fi\n" }

    /// Writes a line that a reader may type.
    mutating func example(_ line: String) { source += ".PP\n.RS 4\n.nf\n\(Self.escaped(line))\n.fi\n.RE\n" }

    /// The text with the characters escaped that would begin a request or be printed as others. A hyphen stays one that
    /// can be pasted (groff_char(7)).
    package static func escaped(_ text: String) -> String {
        var result = ""
        var isLineStart = true
        for scalar in text.unicodeScalars {
            if isLineStart, scalar == "." || scalar == "'" { result += "\\&" }
            isLineStart = scalar == "\n"
            switch scalar {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            case "'": result += "\\(aq"
            case "^": result += "\\(ha"
            case "`": result += "\\(ga"
            case "~": result += "\\(ti"
            case _ where !scalar.isASCII:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += "\\[u\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)]"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
