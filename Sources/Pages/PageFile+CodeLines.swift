/// The parts of a script or style sheet that browsers need.
extension PageFile {
    /// A line with code. Its text has no spaces before it.
    struct CodeLine: Equatable {
        let text: ArraySlice<UInt8>
        /// True if spaces precede the text in the file.
        let isIndented: Bool
    }

    /// The lines without comments on lines of their own, without empty lines, and without the spaces before a line. All
    /// three are a quarter of a page, packed.
    ///
    /// This is no parser: a line that begins with `//` or `/*` must be a comment, and so must the lines up to the one
    /// that ends with `*/`. A text between backticks must end in its line.
    var codeLines: [CodeLine] {
        var isInComment = false
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let text = line.drop { $0 == UInt8(ascii: " ") }
            if !isInComment && text.starts(with: "//".utf8) { return nil }
            guard isInComment || text.starts(with: "/*".utf8) else {
                return text.isEmpty ? nil : CodeLine(text: text, isIndented: text.startIndex > line.startIndex)
            }
            isInComment = !text.suffix(2).elementsEqual("*/".utf8)
            return nil
        }
    }
}
