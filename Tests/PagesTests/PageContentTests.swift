import Gzip
import Testing

@testable import Pages

/// The rules for the content of every page: it loads only its own files, and keeps its policy.
@Suite struct PageContentTests {
    static let folders = PageFile.all.filter { $0.name == "index.html" }.map(\.folder)

    /// The largest size of a page with everything that it loads, packed.
    private static let packedBytesMax = 60_000

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func thereIsAPageForCustomers() {
        #expect(Self.folders.contains("Customer"))
    }

    @Test(arguments: folders) func pageIsSmall(folder: String) {
        let page = Page(folder)
        let compressor = GzipCompressor(level: 9)
        let bytes = ([page.document] + page.files.map(\.bytes)).map { compressor.compress($0).count }.reduce(0, +)
        #expect(bytes < Self.packedBytesMax, "\(folder) has \(bytes) bytes")
    }

    /// Every address in the HTML is that of a file, an anchor, or the documentation.
    @Test(arguments: folders) func documentRefersToFilesThatExist(folder: String) {
        let page = Page(folder)
        let addresses = Set(page.files.map { page.address(of: $0) })
        for match in Self.text(page.document).matches(of: /\b(?:href|src)="([^"]*)"/) {
            let address = String(match.output.1)
            #expect(
                addresses.contains(address) || address.hasPrefix("#") || ["/docs", "data:,"].contains(address),
                "\(folder)/index.html: \(address)")
        }
    }

    /// Every import of a module is a relative path to a file of the page.
    @Test(arguments: folders) func modulesImportFilesThatExist(folder: String) {
        let page = Page(folder)
        let paths = Set(page.files.map(\.path))
        for file in page.files where file.name.hasSuffix(".js") {
            for path in Self.imports(of: file) {
                #expect(path.map(paths.contains) ?? false, "\(file.path) imports \(path ?? "another kind of path")")
            }
        }
    }

    /// Every file is reached from the HTML: a file that nothing refers to would be loaded by none.
    @Test(arguments: folders) func everyFileIsUsed(folder: String) {
        let page = Page(folder)
        let html = Self.text(page.document)
        var reached = page.files.filter { html.contains("\"\(page.address(of: $0))\"") }
        var index = 0
        while index < reached.count {
            let paths = Self.imports(of: reached[index])
            reached += page.files.filter { file in
                paths.contains(file.path) && !reached.contains { $0.path == file.path }
            }
            index += 1
        }
        let unused = page.files.filter { file in
            file.folder == folder && !reached.contains { $0.path == file.path }
        }
        #expect(unused.map(\.path) == [])
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

    /// The paths that a module imports; `nil` for an import that is not a relative path.
    private static func imports(of file: PageFile) -> [String?] {
        guard file.name.hasSuffix(".js") else { return [] }
        return text(file.bytes).matches(of: /(?:\bfrom\s|\bimport\s*\(|\bimport\s)\s*['"]([^'"]+)['"]/).map { match in
            let name = match.output.1
            if name.hasPrefix("./") { return "\(file.folder)/\(name.dropFirst(2))" }
            return name.hasPrefix("../") ? String(name.dropFirst(3)) : nil
        }
    }
}
