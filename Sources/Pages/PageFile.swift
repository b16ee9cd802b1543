import CPages

/// A file of the pages, as the build has embedded it.
package struct PageFile: Sendable {
    /// The media types of the files, by the ends of their names.
    private static let mediaTypes = [
        "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "svg": "image/svg+xml",
    ]

    /// The path below `Sources/CPages`: `Customer/app.js`.
    package let path: String
    package let bytes: [UInt8]

    package init(path: String, bytes: [UInt8]) {
        precondition(Self.mediaType(of: path) != nil, "a page's file must be of a known type: \(path)")
        (self.path, self.bytes) = (path, bytes)
    }

    /// The folder in which the file is: `Customer`.
    package var folder: String { String(path.prefix { $0 != "/" }) }

    /// The name within the folder: `app.js`.
    package var name: String { String(path.dropFirst(folder.count + 1)) }

    /// The value of `Content-Type`.
    package var mediaType: String {
        guard let type = Self.mediaType(of: path) else {
            preconditionFailure("the type was checked by the initializer")
        }
        return type
    }

    var isScript: Bool { name.hasSuffix(".js") }
    var isStyleSheet: Bool { name.hasSuffix(".css") }

    /// The path of the file that this file refers to by a relative address: `./home.js` in its own folder, or
    /// `../Common/api.js`. `nil` for another kind of address.
    func path(of address: Substring) -> String? {
        if address.hasPrefix("./") { return "\(folder)/\(address.dropFirst(2))" }
        return address.hasPrefix("../") ? String(address.dropFirst(3)) : nil
    }

    /// All files, in the order in which `CPages.c` lists them.
    package static let all: [PageFile] = {
        var files: [PageFile] = []
        while let file = page_file(files.count)?.pointee {
            files.append(PageFile(path: String(cString: file.path), bytes: Array(String(cString: file.text).utf8)))
        }
        return files
    }()

    private static func mediaType(of path: String) -> String? {
        path.split(separator: ".").last.flatMap { mediaTypes[String($0)] }
    }
}
