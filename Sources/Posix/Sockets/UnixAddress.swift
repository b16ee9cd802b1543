import CLinux
import Glibc

/// The address of a socket in the file system. It has room for 107 bytes; a longer path is reached by descriptors of
/// its folder and of the socket itself, which have short names under /proc (unix(7), proc(5)).
enum UnixAddress {
    /// Binds to a path, in place of a socket or a symbolic link that is there (bind(2)).
    static func bind(_ socket: CInt, to path: String) throws(SystemError) {
        // A file of the owner's by that name stays.
        var status = stat()
        let kind = lstat(path, &status) == 0 ? status.st_mode & S_IFMT : S_IFSOCK
        guard kind == S_IFSOCK || kind == S_IFLNK else { throw SystemError(code: EADDRINUSE, call: "bind") }
        guard path.utf8.count > pathBytesMax else {
            unlink(path)
            return try withAddress(of: path, "bind") { Glibc.bind(socket, $0, $1) }
        }
        let descriptor = try openPath(File.folder(of: path), O_DIRECTORY)
        // The socket's own name may be too long as well, so it gets a short name first.
        let name = "/proc/self/fd/\(descriptor.rawValue)/.martlet-\(getpid())"
        unlink(name)
        try withAddress(of: name, "bind") { Glibc.bind(socket, $0, $1) }
        guard rename(name, path) == 0 else {
            let error = SystemError("rename")
            unlink(name)
            throw error
        }
    }

    /// connect(2)
    static func connect(_ socket: CInt, to path: String) throws(SystemError) {
        guard path.utf8.count > pathBytesMax else {
            return try withAddress(of: path, "connect") { Glibc.connect(socket, $0, $1) }
        }
        let descriptor = try openPath(path, O_NOFOLLOW)
        try withAddress(of: "/proc/self/fd/\(descriptor.rawValue)", "connect") { Glibc.connect(socket, $0, $1) }
    }

    /// One byte less than sockaddr_un has, for the zero at the end.
    private static let pathBytesMax = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    /// Returns a descriptor that refers to a file without opening it for reading or writing (open(2), O_PATH).
    private static func openPath(_ path: String, _ flags: CInt) throws(SystemError) -> Descriptor {
        try Descriptor.opened("open") { open(path, Descriptor.pathOnly | flags | O_CLOEXEC) }
    }

    private static func withAddress(
        of path: String, _ call: StaticString, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) throws(SystemError) {
        let bytes = Array(path.utf8)
        guard bytes.count <= pathBytesMax, !bytes.contains(0) else { throw SystemError(code: ENAMETOOLONG, call: call) }
        let code = withSocketAddress(bytes, isTerminated: true, body)
        guard code == 0 else { throw SystemError(call) }
    }

    /// Calls `body` with a socket address of these bytes, which must fit into it, and with its length.
    ///
    /// - Parameter isTerminated: true if the bytes are a path, which ends at a zero byte. An abstract name is as long
    ///   as the address says, so a longer address would be another name.
    static func withSocketAddress<Result>(
        _ bytes: [UInt8], isTerminated: Bool, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let size = MemoryLayout<sockaddr_un>.size
        let length = isTerminated ? size : size - MemoryLayout.size(ofValue: address.sun_path) + bytes.count
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(length)) }
        }
    }
}
