import Testing

@testable import Pages

/// The forms of imports and exports that the sources may use.
@Suite struct PageModuleTests {
    private static func module(_ text: String, name: String = "a.js") throws(PageJoiningError) -> PageModule {
        try PageModule(PageFile(path: "Customer/\(name)", bytes: Array(text.utf8)))
    }

    private static func code(of module: PageModule) -> String {
        module.code.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
    }

    @Test(arguments: [
        ("import { a } from './b.js';", "Customer/b.js", ["a"]),
        ("import { a, b2, $c } from '../Common/b.js';", "Common/b.js", ["a", "b2", "$c"]),
        ("import {\n  a, b,\n  // Why.\n  c,\n} from './b.js';", "Customer/b.js", ["a", "b", "c"]),
        ("// Text.\n\nimport {a} from './b.js';", "Customer/b.js", ["a"]),
    ])
    func importsAreRead(text: String, path: String, names: [String]) throws {
        let module = try Self.module(text + "\nf();\n")
        #expect(module.imports == [PageModule.Import(path: path, names: names)])
        #expect(Self.code(of: module) == "f();" && module.exports == [])
    }

    @Test(arguments: [
        ("export function a(b) {", "a"), ("export async function a() {", "a"), ("export const a = 1;", "a"),
        ("export class A extends B {", "A"),
    ])
    func exportsAreRead(text: String, name: String) throws {
        let module = try Self.module(text)
        #expect(module.exports == [name] && Self.code(of: module) == text.dropFirst("export ".count))
    }

    /// Words that only look like imports and exports.
    @Test(arguments: [
        "importance();", "const exporter = 1;", "a = { exported: 1 };", "  await f();", "f('customer.export');",
        "const important = `a ${b} c`;", "async () => {\n  await f();\n};", "const awaiting = 1;",
    ])
    func otherCodeStays(text: String) throws {
        let module = try Self.module(text)
        #expect(module.imports == [] && module.exports == [])
        #expect(
            Self.code(of: module) == text.split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: "\n"))
    }

    @Test(arguments: [
        "import './b.js';", "import a from './b.js';", "import * as a from './b.js';", "import { a } from \"./b.js\";",
        "import { a } from 'b.js';", "import { a } from '/b.js';", "import { a } from 'https://b.example/b.js';",
        "import { a } from './b.js'", "import { } from './b.js';", "import { a", "import { a-b } from './b.js';",
        "import a, { b } from './b.js';", "import { a } from './b.js'; f();",
        "import { a } from './b.js' with { type: 'json' };",
        "f();\nimport { a } from './b.js';", "  import { a } from './b.js';\nf();\nimport { c } from './b.js';",
        "const { a } = await import('./b.js');", "  import('./b.js').catch(f);", "  f(import.meta.url);",
        "export default f;", "export { a };", "export { a } from './b.js';", "export * from './b.js';",
        "export let a = 1;", "export var a = 1;", "export const { a } = b;", "export const a=1;",
        "export function* a() {", "export default function a() {", "export  const a = 1;", "  export default a;",
        "await f();", "const a = await f();", "const a = `b", "b`;",
    ])
    func otherFormsAreRefused(text: String) {
        let error = #expect(throws: PageJoiningError.self) { try Self.module(text) }
        guard case .notUnderstood("Customer/a.js", _) = error else {
            Issue.record("\(error.map { "\($0)" } ?? "no error")")
            return
        }
    }

    @Test func styleSheetIsRead() throws {
        let text = "/* Text. */\n@import url(\"../Common/b.css\");\n\n:root { --a: 1; }\n  import { }\n"
        let module = try Self.module(text, name: "a.css")
        #expect(module.imports == [PageModule.Import(path: "Common/b.css", names: [])])
        #expect(Self.code(of: module) == ":root { --a: 1; }\nimport { }" && module.exports == [])
    }

    @Test(arguments: [
        "@import \"./b.css\";", "@import url(\"http://b.example/b.css\");", "@import url(\"./b.css\") screen;",
        "a { }\n@import url(\"./b.css\");", "@import url('./b.css');", "@import url(\"./b.css\")",
    ])
    func otherFormsOfStyleSheetsAreRefused(text: String) {
        #expect(throws: PageJoiningError.self) { try Self.module(text, name: "a.css") }
    }
}
