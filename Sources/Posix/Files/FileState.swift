import Glibc

/// A file as the system describes it (inode(7)).
package struct FileState: Hashable, Sendable {
    package let identity: FileIdentity
    /// The length of its content.
    package let bytes: Int
    /// The time of the last write to its content, in nanoseconds since 1970. Programs can set it to any value
    /// (utimensat(2)).
    package let modifiedAt: Int64
    /// The time at which its content, mode, owner or number of names last changed, in nanoseconds since 1970.
    package let changedAt: Int64

    /// The file that has a path now; every symbolic link is followed, and nothing is opened (stat(2)).
    package static func find(path: String) throws(SystemError) -> FileState {
        var status = stat()
        try systemCall("stat") { stat(path, &status) }
        return FileState(
            identity: FileIdentity(status), bytes: Int(status.st_size), modifiedAt: nanoseconds(status.st_mtim),
            changedAt: nanoseconds(status.st_ctim))
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
