import Testing

@testable import Pages

/// Files as browsers get them: without comments, and with the line numbers of the sources.
@Suite struct CondensedFileTests {
    @Test(arguments: [
        ("a.js", "// A comment.\nlet a = 1;\n  // Another.\n  go(a); // here\n", "\nlet a = 1;\n\ngo(a); // here\n"),
        ("a.js", "/** Text. */\nf();\n/**\n * Text, `/*`.\n */\nlet a = 4 / 2;\n", "\nf();\n\n\n\nlet a = 4 / 2;\n"),
        ("a.js", "a = '// b';\nc = d /* e */ + f;\n", "a = '// b';\nc = d /* e */ + f;\n"),
        ("a.css", "/* A comment. */\na { b: c; }\n", "\na { b: c; }\n"), ("a.js", "", ""),
        ("index.html", "<p>\n  // Text\n</p>\n", "<p>\n  // Text\n</p>\n"),
    ])
    func commentsAndIndentationAreLeftOut(name: String, text: String, condensed: String) {
        let file = PageFile(path: "Customer/\(name)", bytes: Array(text.utf8)).condensed
        #expect(String(decoding: file.bytes, as: UTF8.self) == condensed)
        #expect(file.path == "Customer/\(name)")
    }

    /// No line that is kept belongs to a comment, and no script has lost a line that is not in one.
    @Test(arguments: PageFile.all.map(\.path)) func everyFileKeepsItsLines(path: String) throws {
        let file = try #require(PageFile.all.first { $0.path == path })
        let lines = { (bytes: [UInt8]) in bytes.count { $0 == UInt8(ascii: "\n") } }
        #expect(lines(file.condensed.bytes) == lines(file.bytes))
    }
}
