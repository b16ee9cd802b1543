/// The checkout from which the tests were built.
package enum RepositoryRoot {
    /// The absolute path of its top folder.
    package static let path: String = {
        // This file is `Tests/TestSupport/RepositoryRoot.swift`.
        let parts = #filePath.split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/")
    }()

    /// Returns the absolute path of a file or folder, given its path from the top folder.
    package static func file(_ relativePath: String) -> String { "\(path)/\(relativePath)" }
}
