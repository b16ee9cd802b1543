import Gzip
import Testing

@testable import Pages

/// The rules for the content of every page: it loads only its own files, and keeps its policy.
@Suite struct PageContentTests {
    static let folders = PageFile.all.filter { $0.name == "index.html" }.map(\.folder)

    /// The largest size of a page with everything that it loads, packed.
    private static let packedBytesMax = ["Customer": 30_000, "Docs": 12_000, "Staff": 46_000]

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func thereIsAPageForCustomers() {
        #expect(Self.folders.contains("Customer"))
    }

    @Test(arguments: folders) func pageIsSmall(folder: String) throws {
        let page = Page(folder)
        let compressor = GzipCompressor(level: 9)
        let bytes = ([page.document] + page.files.map(\.bytes)).map { compressor.compress($0).count }.reduce(0, +)
        let limit = try #require(Self.packedBytesMax[folder])
        #expect(bytes < limit, "\(folder) has \(bytes) bytes")
    }

    /// Every address in the HTML is that of a file, an anchor, or the documentation, or has its content in itself.
    @Test(arguments: folders) func documentRefersToFilesThatExist(folder: String) {
        let page = Page(folder)
        let addresses = Set(page.files.map { page.address(of: $0) })
        for match in Self.text(page.document).matches(of: /\b(?:href|src)="([^"]*)"/) {
            let address = String(match.output.1)
            #expect(
                addresses.contains(address) || address.hasPrefix("#") || address.hasPrefix("data:")
                    || ["/docs", "/config.json"].contains(address),
                "\(folder)/index.html: \(address)")
        }
    }

    /// A page loads one script and one style sheet: each further file would cost a phone another wait.
    @Test(arguments: folders) func pageLoadsTwoFiles(folder: String) {
        #expect(Page(folder).files.map(\.path) == ["\(folder)/app.js", "\(folder)/style.css"])
    }

    /// Every file is reached from the HTML of a page: a file that nothing refers to would be loaded by none.
    @Test func everyFileIsUsed() throws {
        let files = Dictionary(uniqueKeysWithValues: PageFile.all.map { ($0.path, $0) })
        var reached = Self.folders.flatMap { folder in Page(folder).files.map(\.path) }
        var index = 0
        while index < reached.count {
            let module = try PageModule(#require(files[reached[index]]))
            reached += module.imports.map(\.path).filter { !reached.contains($0) }
            index += 1
        }
        #expect(Set(files.keys).subtracting(reached) == Set(Self.folders.map { "\($0)/index.html" }))
    }

    /// Every imported name is used: the forgotten ones would be read for nothing.
    @Test(arguments: PageFile.all.filter(\.isScript).map(\.path)) func everyImportIsUsed(path: String) throws {
        let module = try PageModule(#require(PageFile.all.first { $0.path == path }))
        let words = Set(
            Self.text(Array(module.code.joined(separator: [UInt8(ascii: "\n")])))
                .split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "$") })
        for name in module.imports.flatMap(\.names) { #expect(words.contains(name[...]), "\(path): \(name)") }
    }

    @Test(arguments: PageFile.all.map(\.path)) func fileKeepsThePolicy(path: String) throws {
        let file = try #require(PageFile.all.first { $0.path == path })
        for fault in Self.faults(in: Self.text(file.bytes)) { Issue.record("\(path): \(fault)") }
    }

    @Test(arguments: [
        ("<script>alert(1)</script>", 1), ("<script type=\"module\" src=\"./a.js\"></script>", 0),
        ("<style>a{}</style>", 1), ("<p style=\"color:red\">", 1), ("<a onclick=\"go()\">", 1),
        ("<a href=\"javascript:go()\">", 1), ("<img src=\"//cdn.example/a.png\">", 1),
        ("fetch('https://a.example')", 1),
        ("@import url(\"http://a.example/a.css\")", 1), ("element.innerHTML = text", 1), ("eval(text)", 1),
        ("new Function(text)", 1), ("// A comment: see `a // b`.", 0), ("ns = 'http://www.w3.org/2000/svg'", 0),
        ("button.onclick = go;", 0), ("element.setAttribute('style', text)", 1), ("document.write(text)", 1),
    ])
    func faultsAreFound(text: String, count: Int) {
        #expect(Self.faults(in: text).count == count, "\(Self.faults(in: text))")
    }

    /// The parts of a file that its page's policy would refuse.
    private static func faults(in text: String) -> [String] {
        let text = text.replacing("http://www.w3.org/2000/svg", with: "")
        let forbidden: [(Regex<Substring>, String)] = [
            (/<script(?![^>]*\ssrc=)[^>]*>/, "a script in the HTML"), (/<style[ >]/, "a style in the HTML"),
            (/<[^>]*\sstyle=/, "a style in an attribute"), (/<[^>]*\son[a-z]+=/, "a handler in an attribute"),
            (/javascript:/, "an address that is a script"), (/https?:\/\/|["'(]\/\//, "an address of another host"),
            (/(?:innerHTML|outerHTML|AdjacentHTML|srcdoc|document\.write)/, "HTML made of text"),
            (/(?:^|[^A-Za-z0-9_])eval\(|new Function/, "a script made of text"),
            (/'style',|cssText/, "a style made of text"),
        ]
        return forbidden.compactMap { text.contains($0.0) ? $0.1 : nil }
    }
}
