import Testing

@testable import Pages

/// The addresses that a page's files get.
@Suite struct PageTests {
    private static let files = [
        ("Customer/index.html", "<link href=\"../Common/a.css\"><script src=\"./b.js\"></script><a href=\"/docs\">"),
        ("Customer/b.js", "import './c.js';"), ("Customer/c.js", "c"), ("Common/a.css", "a"), ("Staff/index.html", "s"),
        ("Staff/d.js", "d"),
    ]

    private static func page(_ files: [(String, String)] = files, folder: String = "Customer") -> Page {
        Page(folder, of: files.map { PageFile(path: $0.0, bytes: Array($0.1.utf8)) })
    }

    @Test func pageHasItsOwnFilesAndTheCommonOnes() {
        #expect(Self.page().files.map(\.path) == ["Customer/b.js", "Customer/c.js", "Common/a.css"])
        #expect(Self.page().folders == ["Customer", "Common"])
        #expect(Self.page(folder: "Staff").files.map(\.path) == ["Common/a.css", "Staff/d.js"])
    }

    @Test func filesAreBelowTheirHash() throws {
        let page = Self.page()
        #expect(page.base.wholeMatch(of: /\/pages\/[0-9a-f]{16}\//) != nil)
        #expect(page.address(of: page.files[0]) == "\(page.base)Customer/b.js")
    }

    @Test func documentHasTheAddresses() {
        let page = Self.page()
        let html = """
            <link href="\(page.base)Common/a.css"><script src="\(page.base)Customer/b.js"></script><a href="/docs">
            """
        #expect(String(decoding: page.document, as: UTF8.self) == html)
    }

    /// Each change of a file that the page may load gives all files other addresses, and no other change does.
    @Test(arguments: [
        ("Customer/b.js", "Customer/b.js", "import './c.js'; ", true), ("Customer/c.js", "Customer/e.js", "c", true),
        ("Common/a.css", "Common/a.css", "", true), ("Customer/c.js", "Customer/c", "js.js", true),
        ("Staff/d.js", "Staff/d.js", "D", false), ("Staff/index.html", "Staff/index.html", "S", false),
        ("Customer/c.js", "Customer/c.js", "c", false),
    ])
    func hashChangesWithTheFiles(path: String, newPath: String, text: String, isOther: Bool) throws {
        var files = Self.files
        let index = try #require(files.firstIndex { $0.0 == path })
        files[index] = (newPath.hasSuffix(".js") || newPath.contains(".") ? newPath : newPath + ".js", text)
        #expect((Self.page(files).base != Self.page().base) == isOther)
    }
}
