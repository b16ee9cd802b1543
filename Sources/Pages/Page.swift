import Hashing

/// A page and the files that it loads, with the addresses at which they are served.
///
/// Browsers may keep a file forever only if its address changes with its content. All files of a page are below a path
/// that has a hash of all of them, `/pages/0123456789abcdef/Customer/app.js`. A hash in each name would be worse:
///
/// * Modules import each other by relative paths (`./home.js`, `../Common/api.js`), which work there as they work in
///   the sources. Names with hashes would have to be written into the modules, which takes a parser of JavaScript and
///   fails for modules that import each other. An import map is an inline script, which the page's policy forbids.
/// * A page never runs modules of two versions, even if the server is upgraded while it loads.
///
/// Only the addresses in the HTML are replaced. A new version is loaded whole, which is less than 60 kB.
package struct Page: Sendable {
    /// The file of a page's folder that is the page itself.
    private static let documentName = "index.html"
    /// The folder whose files all pages may load.
    private static let sharedFolder = "Common"
    private static let hashDigits = 16

    /// The HTML, with the addresses of the files.
    package let document: [UInt8]
    /// The files that the page may load.
    package let files: [PageFile]
    /// The path before the files' own paths: `/pages/0123456789abcdef/`.
    package let base: String

    /// - Parameters:
    ///   - folder: the folder of the page, which has an `index.html`.
    ///   - all: the files of all pages.
    package init(_ folder: String, of all: [PageFile] = PageFile.all) {
        guard let index = all.first(where: { $0.folder == folder && $0.name == Self.documentName }) else {
            preconditionFailure("a page's folder must have an \(Self.documentName): \(folder)")
        }
        files = all.filter { [folder, Self.sharedFolder].contains($0.folder) && $0.path != index.path }.map(\.condensed)
        base = "/pages/\(Self.hash(of: files))/"
        document = Self.addressing(index, folder, base)
    }

    /// The address of a file.
    package func address(of file: PageFile) -> String { base + file.path }

    /// The folders of the files.
    package var folders: Set<String> { Set(files.map(\.folder)) }

    /// Hashes the paths and contents of files, each with a byte after it that occurs in neither.
    private static func hash(of files: [PageFile]) -> String {
        var bytes: [UInt8] = []
        for file in files {
            bytes += file.path.utf8
            bytes.append(0)
            bytes += file.bytes
            bytes.append(0)
        }
        let digits = String(FNV1a.hash64(bytes), radix: 16)
        return String(repeating: "0", count: hashDigits - digits.count) + digits
    }

    /// Replaces the start of each relative address in an attribute: `"./app.js"` and `"../Common/style.css"`.
    private static func addressing(_ index: PageFile, _ folder: String, _ base: String) -> [UInt8] {
        let html = String(decoding: index.bytes, as: UTF8.self)
            .replacing("\"../", with: "\"\(base)").replacing("\"./", with: "\"\(base)\(folder)/")
        return Array(html.utf8)
    }
}
