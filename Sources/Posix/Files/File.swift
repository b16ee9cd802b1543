import CLinux
import Glibc

/// Small files, whole.
package enum File {
    /// Returns the bytes of a file (open(2), read(2)).
    ///
    /// - Throws: EFBIG if the file is longer than `bytesMax`, or the error of a call.
    package static func read(path: String, bytesMax: Int) throws(SystemError) -> [UInt8] {
        let descriptor = try Descriptor.opened("open") { open(path, O_RDONLY | O_CLOEXEC) }
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

    /// Returns the length of a file in bytes, or `nil` if there is no such file. It does not open the file, because
    /// closing a descriptor of a database would drop SQLite's locks (stat(2)).
    package static func size(path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    /// Returns the first `prefixBytes` bytes of a file, or all of them if the file is shorter (open(2), read(2)).
    package static func read(path: String, prefixBytes: Int) throws(SystemError) -> [UInt8] {
        let descriptor = try Descriptor.opened("open") { open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) }
        var buffer = [UInt8](repeating: 0, count: prefixBytes)
        let count = try systemCall("read") { Glibc.read(descriptor.rawValue, &buffer, prefixBytes) }
        return Array(buffer[..<count])
    }

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

    /// Returns the folder of a path's last component: `.` if the path is a name alone.
    package static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Returns the user ID of a file's owner, or `nil` if there is no such file (stat(2)).
    package static func ownerID(path: String) -> UInt32? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_uid : nil
    }
}
