import Hashing

/// A page and the files that it loads, with the addresses at which they are served.
///
/// A page loads the files that its HTML names: a script and a style sheet, each joined with all that it imports
/// (`PageFile.joined`).
///
/// Browsers may keep a file forever only if its address changes with its content. The files of a page are below a path
/// that has a hash of all of them, `/pages/0123456789abcdef/Customer/app.js`. So a page never runs a script with the
/// style of another version, even if the server is upgraded while it loads. Only the addresses in the HTML are
/// replaced.
package struct Page: Sendable {
    /// The file of a page's folder that is the page itself.
    private static let documentName = "index.html"
    private static let hashDigits = 16

    /// The HTML, with the addresses of the files.
    package let document: [UInt8]
    /// The files that the page loads, in the order in which its HTML names them.
    package let files: [PageFile]
    /// The path before the files' own paths: `/pages/0123456789abcdef/`.
    package let base: String

    /// - Parameters:
    ///   - folder: the folder of the page, which has an `index.html`.
    ///   - all: the files of all pages.
    package init(_ folder: String, of all: [PageFile] = PageFile.all) {
        let all = Dictionary(all.map { ($0.path, $0) }) { first, _ in first }
        guard let index = all["\(folder)/\(Self.documentName)"] else {
            preconditionFailure("a page's folder must have an \(Self.documentName): \(folder)")
        }
        do throws(PageJoiningError) {
            files = try Self.files(namedBy: index, of: all)
        } catch {
            preconditionFailure("a page's files must be joinable: \(error)")
        }
        base = "/pages/\(Self.hash(of: files))/"
        document = Self.addressing(index, base)
    }

    /// The address of a file.
    package func address(of file: PageFile) -> String { base + file.path }

    /// The folders of the files.
    package var folders: Set<String> { Set(files.map(\.folder)) }

    /// The files whose relative addresses the HTML has in attributes: `"./app.js"` and `"../Common/icon.svg"`.
    private static func files(
        namedBy index: PageFile, of all: [String: PageFile]
    ) throws(PageJoiningError) -> [PageFile] {
        var files: [PageFile] = []
        for part in String(decoding: index.bytes, as: UTF8.self).split(separator: "\"") {
            guard let path = index.path(of: part), !files.contains(where: { $0.path == path }) else { continue }
            guard let file = all[path] else { throw .noFile(path) }
            files.append(try file.joined(with: all))
        }
        return files
    }

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

    /// Replaces the start of each relative address in an attribute.
    private static func addressing(_ index: PageFile, _ base: String) -> [UInt8] {
        let html = String(decoding: index.bytes, as: UTF8.self)
            .replacing("\"../", with: "\"\(base)").replacing("\"./", with: "\"\(base)\(index.folder)/")
        return Array(html.utf8)
    }
}
