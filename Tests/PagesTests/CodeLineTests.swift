import Testing

@testable import Pages

/// The lines that browsers get: without comments, empty lines and indentation.
@Suite struct CodeLineTests {
    @Test(arguments: [
        ("// A comment.\nlet a = 1;\n  // Another.\n  go(a); // here\n", ["let a = 1;", "  go(a); // here"]),
        ("/** Text. */\nf();\n/**\n * Text, `/*`.\n */\n\nlet a = 4 / 2;\n", ["f();", "let a = 4 / 2;"]),
        ("a = '// b';\nc = d /* e */ + f;\n", ["a = '// b';", "c = d /* e */ + f;"]),
        ("/* A comment. */\na { b: c; }", ["a { b: c; }"]), ("   \n\n", []), ("", []),
        ("x = 'Ж';\n    y();", ["x = 'Ж';", "  y();"]),
    ])
    func commentsAndEmptyLinesAreLeftOut(text: String, lines: [String]) {
        let found = PageFile(path: "Customer/a.js", bytes: Array(text.utf8)).codeLines
        #expect(found.map { ($0.isIndented ? "  " : "") + String(decoding: $0.text, as: UTF8.self) } == lines)
    }
}
