import Foundation

/// A Markdown file, with its links and with the anchors to which others can link.
struct Document {
    /// A link to a file or a heading of this repository, or to another site.
    struct Link: Equatable {
        /// The number of the line, from 1.
        let line: Int
        let target: String
    }

    /// The path from the repository's root: `Sources/Handbook/API.md`.
    let path: String
    let links: [Link]
    /// The names that GitHub gives the headings.
    let anchors: Set<String>

    init(_ file: SourceFile) {
        path = file.path
        var links: [Link] = []
        var anchors: Set<String> = []
        var isCode = false
        for (index, line) in file.lines.enumerated() {
            if line.hasPrefix("```") { isCode.toggle() }
            if isCode { continue }
            if let heading = line.wholeMatch(of: /#{1,6} (.+)/) {
                let name = Self.anchor(of: String(heading.output.1))
                let number = (0...).first { !anchors.contains($0 == 0 ? name : "\(name)-\($0)") } ?? 0
                anchors.insert(number == 0 ? name : "\(name)-\(number)")
            }
            // Inline code shows characters as they are, so a link in it is not a link.
            for match in line.replacing(/`[^`]*`/, with: "").matches(of: /\]\(([^)\s]*)\)/) {
                links.append(Link(line: index + 1, target: String(match.output.1)))
            }
        }
        self.links = links
        self.anchors = anchors
    }

    /// Returns the anchor of a heading as GitHub makes it: small letters, without punctuation, `-` for each space.
    static func anchor(of heading: String) -> String {
        String(
            heading.lowercased().compactMap { character in
                if character == " " { return "-" }
                return character.isLetter || character.isNumber || "-_".contains(character) ? character : nil
            })
    }

    /// Returns the path, from the repository's root, of the file to which a relative link leads, and the heading's
    /// anchor if the link has one. Returns `nil` for a link to another site, and for a path that leads out of the
    /// repository.
    func destination(of link: Link) -> (path: String, anchor: String?)? {
        let parts = link.target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let anchor = parts.count > 1 ? parts[1] : nil
        if parts[0].isEmpty { return (path, anchor) }
        var folders = path.split(separator: "/").dropLast().map(String.init)
        for part in parts[0].split(separator: "/").map(String.init) {
            if part == ".." {
                guard folders.popLast() != nil else { return nil }
            } else if part != "." {
                folders.append(part)
            }
        }
        return (folders.joined(separator: "/"), anchor)
    }

    static func isOfAnotherSite(_ link: Link) -> Bool {
        link.target.hasPrefix("https://") || link.target.hasPrefix("http://")
    }

    /// Returns a sentence for each link of `documents` that leads nowhere.
    ///
    /// - Parameter exists: Returns true if the repository has a file or folder at the path.
    static func brokenLinks(of documents: [Document], exists: (String) -> Bool) -> [String] {
        let byPath = Dictionary(uniqueKeysWithValues: documents.map { ($0.path, $0) })
        return documents.flatMap { document in
            document.links.filter { !isOfAnotherSite($0) }.compactMap { link in
                let place = "\(document.path):\(link.line): \(link.target)"
                guard let (path, anchor) = document.destination(of: link) else {
                    return "\(place) is not in the repository"
                }
                guard exists(path) else { return "\(place) does not exist" }
                guard let anchor else { return nil }
                return byPath[path]?.anchors.contains(anchor) == true ? nil : "\(place) has no such heading"
            }
        }
    }

    /// Returns the paths of the documents that no chain of links from `start` reaches.
    static func unreachable(from start: String, in documents: [Document]) -> [String] {
        let byPath = Dictionary(uniqueKeysWithValues: documents.map { ($0.path, $0) })
        var reached: Set = [start]
        var waiting = [start]
        while let next = waiting.popLast() {
            guard let document = byPath[next] else { continue }
            for link in document.links where !isOfAnotherSite(link) {
                if let path = document.destination(of: link)?.path, reached.insert(path).inserted {
                    waiting.append(path)
                }
            }
        }
        return documents.map(\.path).filter { !reached.contains($0) }
    }
}
