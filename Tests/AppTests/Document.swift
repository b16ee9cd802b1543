import Foundation
import TestSupport

/// The documents of the repository that tests compare with the program.
enum Document {
    static let settings = "Sources/Handbook/Settings.md"
    static let commands = "Sources/Handbook/Commands.md"
    static let security = "Sources/Handbook/Security.md"
    static let changes = "Sources/Handbook/Changes.md"

    /// Returns the text of the file at `path`, which is relative to the repository's root.
    static func text(of path: String) throws -> String {
        try String(contentsOfFile: RepositoryRoot.file(path), encoding: .utf8)
    }

    /// Returns the paths and texts of all documents.
    static func all() throws -> [(path: String, text: String)] {
        let handbook = "Sources/Handbook"
        let pages = try FileManager.default.contentsOfDirectory(atPath: RepositoryRoot.file(handbook))
            .filter { $0.hasSuffix(".md") }
        let paths = ["README.md", "Sources/README.md", "Tests/README.md"] + pages.sorted().map { "\(handbook)/\($0)" }
        return try paths.map { ($0, try text(of: $0)) }
    }
}
