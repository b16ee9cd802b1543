import CLinux
import Glibc

/// The identity of a file, whatever its names are: its device and inode (inode(7)).
package struct FileIdentity: Hashable, Sendable {
    package let device: UInt64
    package let inode: UInt64

    init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }

    /// Returns the identity of the file at a path. It follows symbolic links and opens nothing (stat(2)).
    package static func find(path: String) throws(SystemError) -> FileIdentity {
        var status = stat()
        try systemCall("stat") { stat(path, &status) }
        return FileIdentity(status)
    }

    /// The number of names that a file has (stat(2)).
    package static func nameCount(path: String) throws(SystemError) -> Int {
        var status = stat()
        try systemCall("stat") { stat(path, &status) }
        return Int(status.st_nlink)
    }

    /// A text that identifies this file, and no file that comes later: it has the time of the file's birth, because a
    /// file system gives the inode of a removed file to a new one (statx(2)). `nil` if there is no file. A copy of the
    /// file has another text.
    package static func lastingText(path: String) -> String? {
        guard let found = details(path: path) else { return nil }
        let born =
            found.stx_mask & UInt32(STATX_BTIME) == 0 ? "-" : "\(found.stx_btime.tv_sec).\(found.stx_btime.tv_nsec)"
        return "\(found.stx_dev_major):\(found.stx_dev_minor):\(found.stx_ino):\(born)"
    }

    /// Returns true if a file system or a single file is mounted at the path itself. A file that is mounted alone is
    /// not in the folder of its neighbours.
    ///
    /// A kernel before 5.8 does not report mount points; the result is then true if the file's folder is on another
    /// device.
    package static func isMounted(path: String) -> Bool {
        guard let found = details(path: path) else { return false }
        let root = UInt64(STATX_ATTR_MOUNT_ROOT)
        if found.stx_attributes_mask & root != 0 { return found.stx_attributes & root != 0 }
        guard let file = try? find(path: path), let folder = try? find(path: File.folder(of: path)) else {
            return false
        }
        return file.device != folder.device
    }

    private static func details(path: String) -> statx? {
        var found = statx()
        let wanted = UInt32(STATX_BASIC_STATS) | UInt32(STATX_BTIME)
        guard fileDetails(AT_FDCWD, path, 0, wanted, &found) == 0 else { return nil }
        return found
    }
}
