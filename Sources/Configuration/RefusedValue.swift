import Text

/// The text of a refused value in a message: the value itself, escaped and without secrets, and its fault.
package enum RefusedValue {
    /// Longer values are cut.
    private static let shownCharactersMax = 120
    private static let mask = "***"
    /// A word that begins like one of these has a secret as its value. Everything after it is left out, since it may
    /// contain spaces.
    private static let secretWords = ["pass", "pwd", "secret", "token", "credential"]

    package static func shown(_ text: String) -> String { masked(text).quoted(charactersMax: shownCharactersMax) }

    /// A name that no setting has, without quotation marks.
    static func shownName(_ name: String) -> String {
        let shown = name.prefix(shownCharactersMax)
        return String(shown).oneLine + (shown.endIndex == name.endIndex ? "" : "…")
    }

    /// A JSON value other than a string, which needs no quotation marks.
    static func shownJSON(_ json: String) -> String {
        let shown = masked(json).printableJSON
        return shown.count > shownCharactersMax ? "\(shown.prefix(shownCharactersMax))…" : shown
    }

    /// Returns the text without the user name and password of a URL, and without everything after `password=` and the
    /// like.
    static func masked(_ text: String) -> String {
        withoutSecretWords(withoutUserInformation(text))
    }

    /// A password may itself contain `@`, `/` or a colon, so everything up to the last `@` is left out.
    private static func withoutUserInformation(_ text: String) -> String {
        let start = text.firstRange(of: "://")?.upperBound ?? text.startIndex
        if let at = text.lastIndex(of: "@"), at >= start { return "\(text[..<start])\(mask)\(text[at...])" }
        // A URL that was cut before its host ends with the password.
        guard start != text.startIndex else { return text }
        let authority = text[start...].prefix { !"/?#".contains($0) }
        guard !authority.hasPrefix("["), let colon = authority.firstIndex(of: ":"),
            !authority[colon...].dropFirst().allSatisfy(\.isNumber)
        else { return text }
        return "\(text[...colon])\(mask)\(text[authority.endIndex...])"
    }

    private static func withoutSecretWords(_ text: String) -> String {
        let lowercased = text.lowercased()
        // Lowering some letters changes their number, and then positions would not agree.
        let searched = lowercased.count == text.count ? lowercased : text
        var end: Int?
        for word in secretWords {
            guard let found = searched.firstRange(of: word) else { continue }
            let rest = searched[found.upperBound...].drop { $0.isLetter || $0 == "_" || $0 == "-" }
            let value = rest.drop { " \"'".contains($0) }
            guard let sign = value.first, sign == "=" || sign == ":" else { continue }
            end = min(end ?? .max, searched.distance(from: searched.startIndex, to: value.startIndex) + 1)
        }
        return end.map { "\(text.prefix($0))\(mask)" } ?? text
    }

    /// Returns the fault of a text that should be a path, a word or a number, or `nil` if it has no common one. Each
    /// sentence is about the value, as "it".
    package static func fault(in text: String) -> String? {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return "it is empty" }
        if first == "\u{FEFF}" { return "it begins with a byte order mark" }
        if last == "\r" { return "it ends with a carriage return, as lines of Windows do (CRLF)" }
        if text.unicodeScalars.contains(where: \.isUnprintable) { return "it has a control character" }
        if text.unicodeScalars.contains("\u{FFFD}") { return "it is not UTF-8" }
        if isQuotationMark(first) || isQuotationMark(last) {
            return "it has quotation marks, which a shell removes and a file of variables may not"
        }
        if first.properties.isWhitespace || last.properties.isWhitespace { return "it has a space at an end" }
        if isUnexpanded(text) { return "only a shell expands ~ and $NAME" }
        return nil
    }

    private static func isQuotationMark(_ scalar: Unicode.Scalar) -> Bool {
        ["\"", "'", "`", "\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}", "\u{201E}", "\u{AB}", "\u{BB}"].contains(
            scalar)
    }

    /// `~/x`, `~anna/x`, `$HOME/x`, `${HOME}/x`, `$(pwd)/x`
    private static func isUnexpanded(_ text: String) -> Bool {
        if text.hasPrefix("~") { return true }
        return text.indices.contains { index in
            guard text[index] == "$", let next = text[index...].dropFirst().first else { return false }
            return next.isLetter || "_{(".contains(next)
        }
    }
}

/// A path that an owner gives, as a setting or as an operand.
package enum PathText {
    /// The reason why a text is not taken as a path; `nil` if it is. Such a text would become a file with an odd name,
    /// and the owner would look for the data elsewhere.
    package static func fault(in text: String) -> String? {
        if let fault = RefusedValue.fault(in: text) { return fault }
        if text.hasPrefix("-") { return "it looks like a flag; a path may begin with ./" }
        if text.contains("://") { return "it is a URL, and not a path" }
        return nil
    }
}
