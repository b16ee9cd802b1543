import CLinux
import Glibc

/// The address of a socket in the file system. It has room for 107 bytes; a longer path is reached by descriptors of its folder
/// and of the socket itself, which have short names under /proc (unix(7), proc(5)).
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
        let descriptor = try openPath(folder(of: path), O_DIRECTORY)
        // Its own name may be too long as well, so that it comes under a short one first.
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

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Returns a descriptor that refers to a file without opening it for reading or writing (open(2), O_PATH).
    private static func openPath(_ path: String, _ flags: CInt) throws(SystemError) -> Descriptor {
        let pathOnly: CInt = 0o10000000
        let raw = open(path, pathOnly | flags | O_CLOEXEC)
        guard raw >= 0 else { throw SystemError("open") }
        return Descriptor(owning: raw)
    }

    private static func withAddress(
        of path: String, _ call: StaticString, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) throws(SystemError) {
        let bytes = Array(path.utf8)
        guard bytes.count <= pathBytesMax, !bytes.contains(0) else { throw SystemError(code: ENAMETOOLONG, call: call) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                body(pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard code == 0 else { throw SystemError(call) }
    }
}
