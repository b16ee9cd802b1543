/// The parts of a file that browsers need.
extension PageFile {
    /// The file without comments on lines of their own, and without the spaces before its lines. Both are a fifth of a
    /// page, packed.
    ///
    /// The lines stay, empty, so that a browser's messages have the line numbers of the sources. This is no parser: in
    /// scripts and style sheets, a line that begins with `//` or `/*` must be a comment, and so must the lines up to
    /// the one that ends with `*/`.
    var condensed: PageFile {
        guard name.hasSuffix(".js") || name.hasSuffix(".css") else { return self }
        var isInComment = false
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let kept = lines.map { line -> Substring in
            let text = line.drop { $0 == " " }
            if !isInComment && text.hasPrefix("//") { return "" }
            guard isInComment || text.hasPrefix("/*") else { return text }
            isInComment = !text.hasSuffix("*/")
            return ""
        }
        return PageFile(path: path, bytes: Array(kept.joined(separator: "\n").utf8))
    }
}
