import Foundation
import Testing

/// The documents for developers name rooms, files and types that exist, so that a change of a name changes them too.
@Suite struct DocumentNameTests {
    /// The documents for developers name files and types that exist, so that a renamed type is renamed there too.
    @Test(arguments: ["Sources/README.md", "Tests/README.md"])
    func filesAndTypesNamedExist(path: String) throws {
        let files = try Repository.files(in: ["Sources", "Tests", ".ci"])
        let paths = Set(files.map(\.path))
        let names = Set(files.compactMap { $0.path.split(separator: "/").last.map(String.init) })
        let folders = Set(files.flatMap { $0.path.split(separator: "/").dropLast().map(String.init) })
        let declared = Set(
            files.filter(\.isSwift).flatMap(\.lines).flatMap { line in
                line.matches(of: /\b(struct|class|enum|protocol|extension|typealias) (\w+)/).map { String($0.output.2) }
            })
        let document = try #require(try Repository.file(path))
        var count = 0
        for (index, line) in document.lines.enumerated() {
            for match in line.matches(of: /`([^`]+)`/) {
                let code = String(match.output.1)
                let place = "\(path):\(index + 1): \(code)"
                if let type = code.wholeMatch(of: /([A-Z]+[a-z]\w*)(\.\w+)?/) {
                    count += 1
                    let name = String(type.output.1)
                    #expect(declared.contains(name) || folders.contains(name), "\(place) is not declared")
                } else if code.wholeMatch(of: /[\w+-]+\.(swift|sql|c)/) != nil {
                    count += 1
                    #expect(names.contains(code), "\(place) is not a file")
                } else if let file = code.wholeMatch(of: /((Sources|Tests|\.ci)\/[\w\/.+-]+)( .*)?/) {
                    count += 1
                    let name = String(file.output.1)
                    let exists = paths.contains(name) || paths.contains { $0.hasPrefix(name + "/") }
                    #expect(exists, "\(place) does not exist")
                }
            }
        }
        #expect(count > 10)
    }

    /// Architecture has a row for each room.
    @Test func everyRoomIsExplained() throws {
        let manifest = try #require(try Repository.file("Package.swift")).lines.joined(separator: "\n")
        let target = /\.(?:executableTarget|target|systemLibrary)\(\s*name: "(\w+)"/
        let rooms = manifest.matches(of: target).map { String($0.output.1) }.filter { !$0.hasSuffix("Support") }
        #expect(rooms.count > 20)
        let rows = try #require(try Repository.file("Sources/README.md")).lines.filter { $0.hasPrefix("| `") }
        for room in rooms { #expect(rows.contains { $0.contains("`\(room)`") }, "\(room)") }
    }
}
