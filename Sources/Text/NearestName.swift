/// Finds the name that a mistyped word is nearest to.
package enum NearestName {
    /// Longer words are not compared: no command and no setting is nearly as long.
    private static let lengthMax = 32

    /// The name into which the fewest changes turn `typed`, at most one change for every three letters; `nil` if there
    /// is none.
    package static func of(_ typed: String, among names: [String]) -> String? {
        guard typed.utf8.count <= lengthMax else { return nil }
        let nearest = names.map { (name: $0, distance: distance(typed, $0)) }.min { $0.distance < $1.distance }
        guard let nearest, nearest.distance * 3 <= typed.count else { return nil }
        return nearest.name
    }

    /// The number of letters to insert, leave out or replace (the Levenshtein distance), computed one row of its table
    /// at a time.
    package static func distance(_ a: String, _ b: String) -> Int {
        let b = Array(b)
        var row = Array(0...b.count)
        for (i, letter) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let replaced = diagonal + (letter == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
            }
        }
        return row[b.count]
    }
}
