extension String {
    /// The text as a field of a CSV file (RFC 4180, section 2). A spreadsheet takes a text that begins with `=`, `+`,
    /// `-`, `@` or certain control characters for a formula, which may read other cells and files, so such a text gets
    /// an apostrophe before it (OWASP, "CSV Injection").
    package var csvField: String {
        let isFormula = unicodeScalars.first.map {
            "=+-@\t\r\n\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}".unicodeScalars.contains($0)
        }
        let text = (isFormula ?? false ? "'" : "") + self
        guard text.unicodeScalars.contains(where: { "\",\r\n;\t".unicodeScalars.contains($0) }) else { return text }
        return "\"\(text.replacing("\"", with: "\"\""))\""
    }
}
