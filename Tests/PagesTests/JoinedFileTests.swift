import Testing

@testable import Pages

/// Scripts and style sheets, joined with the files that they import.
@Suite struct JoinedFileTests {
    private static func joined(_ path: String, _ files: [String: String]) throws(PageJoiningError) -> String {
        let all = files.map { PageFile(path: $0.key, bytes: Array($0.value.utf8)) }
        let file = all.first { $0.path == path } ?? PageFile(path: path, bytes: [])
        let result = try file.joined(with: Dictionary(uniqueKeysWithValues: all.map { ($0.path, $0) }))
        #expect(result.path == path)
        return String(decoding: result.bytes, as: UTF8.self)
    }

    @Test func modulesAreFunctionsInTheOrderOfTheirImports() throws {
        let text = try Self.joined(
            "A/app.js",
            [
                "A/app.js": "import { b } from './b.js';\nimport { c, d } from '../C/c.js';\nb(c, d);\n",
                "A/b.js": "// Text.\nimport { c } from '../C/c.js';\n\nexport function b() {\n  return c;\n}\n",
                "C/c.js": "export const c = 1;\nexport class d {}\n", "A/unused.js": "f();\n",
            ])
        #expect(
            text == """
                const C$c=(()=>{
                const c = 1;
                class d {}
                return{c,d};
                })();
                const A$b=(()=>{
                const{c}=C$c;
                function b() {
                return c;
                }
                return{b};
                })();
                (()=>{
                const{b}=A$b;
                const{c,d}=C$c;
                b(c, d);
                })();

                """)
    }

    @Test func rulesOfImportedStyleSheetsComeFirst() throws {
        let files = [
            "A/style.css": "@import url(\"../C/style.css\");\na { b: c; }\n",
            "C/style.css": "/* Text. */\n  d { e: f; }",
        ]
        #expect(try Self.joined("A/style.css", files) == "d { e: f; }\na { b: c; }\n")
    }

    @Test func otherFilesStayAsTheyAre() throws {
        #expect(try Self.joined("A/a.svg", ["A/a.svg": "  // <svg>\n\n"]) == "  // <svg>\n\n")
    }

    @Test(arguments: [
        (["A/a.js": "import { b } from './b.js';\n"], PageJoiningError.noFile("A/b.js")),
        (["B/b.js": ""], .noFile("A/a.js")),
        (["A/a.js": "import { a } from './a.js';\n"], .importsItself("A/a.js")),
        (
            [
                "A/a.js": "import { b } from './b.js';\n", "A/b.js": "import { c } from './c.js';\n",
                "A/c.js": "import { b } from './b.js';\n",
            ], .importsItself("A/b.js")
        ),
        (
            ["A/a.js": "import { b, c } from './b.js';\n", "A/b.js": "export const b = 1;\nconst c = 2;\n"],
            .notExported("A/a.js", "c", from: "A/b.js")
        ),
        (
            ["A/a.js": "import { b as c } from './b.js';\n", "A/b.js": "export const b = 1;\n"],
            .notExported("A/a.js", "as", from: "A/b.js")
        ),
    ])
    func faultsAreRefused(files: [String: String], error: PageJoiningError) {
        #expect(throws: error) { try Self.joined("A/a.js", files) }
    }
}
