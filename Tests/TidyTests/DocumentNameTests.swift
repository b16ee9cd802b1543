import Foundation
import Testing

/// The documents for developers name rooms, files and types that exist, so that a change of a name changes them too.
@Suite struct DocumentNameTests {
    /// The names to which inline code in a document may refer.
    private struct Names {
        let paths: Set<String>
        let files: Set<String>
        let folders: Set<String>
        private let sources: String

        init() throws {
            let all = try Repository.files(in: ["Sources", "Tests", ".ci"])
            paths = Set(all.map(\.path))
            files = Set(all.compactMap { $0.path.split(separator: "/").last.map(String.init) })
            folders = Set(all.flatMap { $0.path.split(separator: "/").dropLast().map(String.init) })
            sources = all.filter(\.isSwift).flatMap(\.lines).joined(separator: "\n")
        }

        func hasPath(_ path: String) -> Bool { paths.contains { $0 == path || $0.hasPrefix("\(path)/") } }

        /// Returns true if a type has this name. Most types have a file of their own, which is quicker to find.
        func hasType(_ name: String) -> Bool {
            files.contains("\(name).swift")
                || ["struct", "class", "enum", "protocol", "typealias"].contains { kind in
                    sources.range(of: "\\b\(kind) \(name)\\b", options: .regularExpression) != nil
                }
        }
    }

    private static let names = Result { try Names() }

    /// Returns what is wrong with a piece of inline code, or `nil`. Code that does not look like a name is not checked.
    private static func fault(in code: String, _ names: Names) -> String? {
        if let type = code.wholeMatch(of: /([A-Z]+[a-z]\w*)(\.\w+)?/) {
            let name = String(type.output.1)
            return names.folders.contains(name) || names.hasType(name) ? nil : "is not declared"
        }
        if code.wholeMatch(of: /[\w+-]+\.(swift|sql|c)/) != nil {
            return names.files.contains(code) ? nil : "is not a file"
        }
        if let path = code.wholeMatch(of: /((Sources|Tests|\.ci)\/[\w\/.+-]+)( .*)?/) {
            return names.hasPath(String(path.output.1)) ? nil : "does not exist"
        }
        return nil
    }

    @Test(arguments: ["Sources/README.md", "Tests/README.md"])
    func filesAndTypesNamedExist(path: String) throws {
        let names = try Self.names.get()
        let document = try #require(try Repository.file(path))
        for (index, line) in document.lines.enumerated() {
            for match in line.matches(of: /`([^`]+)`/) {
                let code = String(match.output.1)
                if let fault = Self.fault(in: code, names) { Issue.record("\(path):\(index + 1): \(code) \(fault)") }
            }
        }
    }

    @Test(arguments: [
        ("DocumentNameTests", true), ("SourceFile", true), ("Rule.all", true), ("TidyTests", true),
        ("DocumentNameTests.swift", true), ("Tests/run --filter JSON", true), ("Sources/JSON", true),
        ("swift test", true), ("202", true), ("Nonexistent", false), ("Nonexistent.all", false),
        ("Nonexistent.swift", false), ("Tests/nonexistent", false), ("Sources/Nonexist", false),
    ])
    func namesThatDoNotExistAreFound(code: String, exists: Bool) throws {
        #expect(try (Self.fault(in: code, Self.names.get()) == nil) == exists)
    }

    @Test func everyRoomIsExplained() throws {
        try Self.expectRows(
            of: "Sources/README.md", for: /\.(?:executableTarget|target|systemLibrary)\(\s*name: "(\w+)"/)
    }

    @Test func everyTargetOfTestsIsExplained() throws {
        try Self.expectRows(of: "Tests/README.md", for: /\.testTarget\(\s*name: "(\w+)"/)
    }

    /// The architecture lists the rooms line by line, and each room imports only rooms of the lines below its own.
    @Test func roomsImportOnlyRoomsOfTheLinesBelow() throws {
        let document = try #require(try Repository.file("Sources/README.md")).lines
        let start = try #require(document.firstIndex(of: "martlet"))
        let lines = document[start...].prefix { $0 != "```" }
        var height: [String: Int] = [:]
        for (index, line) in lines.enumerated() {
            for room in line.split(separator: " ") { height[String(room)] = index }
        }
        #expect(height.count > 20)
        let manifest = try #require(try Repository.file("Package.swift")).lines.joined(separator: "\n")
        let declaration =
            /\.(?:executableTarget|target|systemLibrary)\(\s*name: "(\w+)"(?:,\s*dependencies: \[([^\]]*)\])?/
        for match in manifest.matches(of: declaration) where !match.output.1.hasSuffix("Support") {
            let room = String(match.output.1)
            guard let own = height[room] else {
                Issue.record("\(room) is in no line")
                continue
            }
            for name in (match.output.2 ?? "").matches(of: /\w+/).map({ String($0.output) }) {
                #expect(height[name].map { $0 > own } ?? false, "\(room) imports \(name)")
            }
        }
    }

    /// Expects that the document's tables have a row for each target that the manifest declares in this way. Targets
    /// that support tests are explained in a sentence instead.
    private static func expectRows(of path: String, for declaration: Regex<(Substring, Substring)>) throws {
        let manifest = try #require(try Repository.file("Package.swift")).lines.joined(separator: "\n")
        let targets = manifest.matches(of: declaration).map { String($0.output.1) }.filter { !$0.hasSuffix("Support") }
        #expect(targets.count > 15)
        let rows = try #require(try Repository.file(path)).lines.filter { $0.hasPrefix("| `") }
        for target in targets { #expect(rows.contains { $0.contains("`\(target)`") }, "\(path): \(target)") }
    }
}
