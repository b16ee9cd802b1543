import CLinux
import Glibc

/// Small files, whole.
package enum File {
    /// Returns the bytes of a file (open(2), read(2)).
    ///
    /// - Throws: EFBIG if the file is longer than `bytesMax`, or the error of a call.
    package static func read(path: String, bytesMax: Int) throws(SystemError) -> [UInt8] {
        let raw = open(path, O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else { throw SystemError("open") }
        let descriptor = Descriptor(owning: raw)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = Glibc.read(descriptor.rawValue, &buffer, buffer.count)
            if count == 0 { return bytes }
            guard count > 0 else { throw SystemError("read") }
            bytes += buffer[..<count]
            guard bytes.count <= bytesMax else { throw SystemError(code: EFBIG, call: "read") }
        }
    }
}

extension File {
    /// Returns the length of a file in bytes, or `nil` if there is no such file. It does not open the file, because
    /// closing a descriptor of a database would drop SQLite's locks (stat(2)).
    package static func size(path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }
}

extension File {
    /// Returns the first `prefixBytes` bytes of a file, or all of them if the file is shorter (open(2), read(2)).
    package static func read(path: String, prefixBytes: Int) throws(SystemError) -> [UInt8] {
        let raw = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard raw >= 0 else { throw SystemError("open") }
        let descriptor = Descriptor(owning: raw)
        var buffer = [UInt8](repeating: 0, count: prefixBytes)
        let count = Glibc.read(descriptor.rawValue, &buffer, prefixBytes)
        guard count >= 0 else { throw SystemError("read") }
        return Array(buffer[..<count])
    }
}

extension File {
    package enum Kind: Sendable {
        case missing, regular, folder
        /// A device, a pipe or a socket.
        case other
    }

    /// Returns the kind of file at a path, with symbolic links followed. The kind is `missing` too if the process may
    /// not look (stat(2)).
    package static func kind(path: String) -> Kind {
        var status = stat()
        guard stat(path, &status) == 0 else { return .missing }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .regular
        case S_IFDIR: return .folder
        default: return .other
        }
    }
}

extension File {
    /// Returns the user ID of a file's owner, or `nil` if there is no such file (stat(2)).
    package static func ownerID(path: String) -> UInt32? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_uid : nil
    }
}

/// A folder for this process alone, under `TMPDIR`, or under `/tmp` if that is not set (mkdtemp(3)).
package struct TemporaryFolder: Sendable {
    package let path: String

    /// Makes one of mode 0700.
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

package enum FolderListing {
    /// Returns the names in a folder, in no order (readdir(3)).
    package static func names(in path: String) throws(SystemError) -> [String] {
        guard let folder = opendir(path) else { throw SystemError("opendir") }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}

extension ProcessSetup {
    /// The path from the root, whatever the working directory is later (getcwd(3)).
    package static func absolutePath(of path: String) -> String {
        guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return "\(String(cString: folder))/\(path)"
    }

    /// The environment as it was when the process began (environ(7)).
    package static var environment: [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            next += 1
        }
        return variables
    }
}
