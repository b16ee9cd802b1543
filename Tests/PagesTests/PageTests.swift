import Testing

@testable import Pages

/// The addresses that a page's files get.
@Suite struct PageTests {
    private static let files = [
        ("Customer/index.html", "<link href=\"../Common/a.css\"><script src=\"./b.js\"></script><a href=\"/docs\">"),
        ("Customer/b.js", "import { c } from './c.js';"), ("Customer/c.js", "export const c = 1;"),
        ("Common/a.css", "a { }"), ("Common/unused.css", "u { }"), ("Staff/index.html", "<script src=\"./d.js\">"),
        ("Staff/d.js", "d"),
    ]

    private static func page(_ files: [(String, String)] = files, folder: String = "Customer") -> Page {
        Page(folder, of: files.map { PageFile(path: $0.0, bytes: Array($0.1.utf8)) })
    }

    @Test func pageHasTheFilesThatItNames() {
        #expect(Self.page().files.map(\.path) == ["Common/a.css", "Customer/b.js"])
        #expect(Self.page().folders == ["Customer", "Common"])
        #expect(Self.page(folder: "Staff").files.map(\.path) == ["Staff/d.js"])
    }

    @Test func filesAreBelowTheirHash() throws {
        let page = Self.page()
        #expect(page.base.wholeMatch(of: /\/pages\/[0-9a-f]{16}\//) != nil)
        #expect(page.address(of: page.files[0]) == "\(page.base)Common/a.css")
    }

    @Test func documentHasTheAddresses() {
        let page = Self.page()
        let html = """
            <link href="\(page.base)Common/a.css"><script src="\(page.base)Customer/b.js"></script><a href="/docs">
            """
        #expect(String(decoding: page.document, as: UTF8.self) == html)
    }

    /// Each change of a file that the page loads gives all files other addresses, and no other change does.
    @Test(arguments: [
        ("Customer/b.js", "import { c } from './c.js';\nf();", true), ("Customer/c.js", "export const c = 2;", true),
        ("Common/a.css", "b { }", true), ("Customer/c.js", "// Text.\nexport const c = 1;\n\n", false),
        ("Staff/d.js", "D", false), ("Staff/index.html", "S", false), ("Common/unused.css", "v { }", false),
        ("Customer/c.js", "export const c = 1;", false),
    ])
    func hashChangesWithTheFiles(path: String, text: String, isOther: Bool) throws {
        var files = Self.files
        let index = try #require(files.firstIndex { $0.0 == path })
        files[index].1 = text
        #expect((Self.page(files).base != Self.page().base) == isOther)
    }
}
