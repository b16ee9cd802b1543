import Glibc

/// A folder for this process alone, under `TMPDIR`, or under `/tmp` if that is not set (mkdtemp(3)).
package struct TemporaryFolder: Sendable {
    package let path: String

    /// Makes a folder of mode 0700.
    package init(prefix: String, under parent: String? = nil) throws(SystemError) {
        let base = parent ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/\(prefix)XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError("mkdtemp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes the folder and the files in it (unlink(2), rmdir(2)).
    package func remove() {
        for name in (try? FolderListing.names(in: path)) ?? [] { unlink("\(path)/\(name)") }
        rmdir(path)
    }
}
