extension String {
    /// The name of a statement of SQL in errors and logs, which show no SQL: its verb and its table, such as
    /// `update balances`. The name is only the verb if no table is found.
    package var statementName: String {
        let words = split { $0.isWhitespace || "(),;".contains($0) }
        guard let verb = words.first?.lowercased() else { return "" }
        let table = zip(words, words.dropFirst()).first { word, next in
            ["FROM", "INTO", "TABLE", "UPDATE"].contains(word) && next.first?.isLowercase == true
        }
        return table.map { "\(verb) \($0.1)" } ?? verb
    }
}
