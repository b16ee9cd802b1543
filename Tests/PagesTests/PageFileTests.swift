import Foundation
import TestSupport
import Testing

@testable import Pages

/// The files of `Sources/CPages`, as the build has embedded them.
@Suite struct PageFileTests {
    /// The paths of all files in the folders of `Sources/CPages`, apart from the header of the C target.
    private static func pathsOnDisk() throws -> [String] {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: RepositoryRoot.file("Sources/CPages"))
        return paths.filter { $0.contains("/") && !$0.hasPrefix("include/") }
    }

    @Test func everyFileIsEmbedded() throws {
        #expect(PageFile.all.map(\.path).sorted() == (try Self.pathsOnDisk()).sorted())
    }

    @Test(arguments: PageFile.all.map(\.path)) func contentIsTheFiles(path: String) throws {
        let file = try #require(PageFile.all.first { $0.path == path })
        let content = try Data(contentsOf: URL(filePath: RepositoryRoot.file("Sources/CPages/\(path)")))
        #expect(file.bytes == Array(content))
        // A zero would end the embedded text.
        #expect(!content.contains(0) && !content.isEmpty)
    }

    @Test(arguments: [
        ("Customer/index.html", "text/html; charset=utf-8"), ("Common/style.css", "text/css; charset=utf-8"),
        ("Common/api.js", "text/javascript; charset=utf-8"), ("Staff/a.b.svg", "image/svg+xml"),
    ])
    func typeFollowsFromTheName(path: String, type: String) {
        #expect(PageFile(path: path, bytes: []).mediaType == type)
    }

    @Test func pathHasFolderAndName() {
        let file = PageFile(path: "Customer/order.list.js", bytes: [])
        #expect(file.folder == "Customer" && file.name == "order.list.js")
    }
}
