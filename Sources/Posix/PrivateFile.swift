import CLinux
import Glibc

/// Files that nobody but the server's own account may read.
package enum PrivateFile {
    /// Makes an empty file (mode 0600) and syncs it and its folder, so that the name outlives a power cut; false where
    /// something has the name already, which is then not even opened: closing a descriptor of a file drops every lock that
    /// the process holds on it (fcntl(2), "Record locking").
    package static func create(path: String) throws(SystemError) -> Bool {
        let raw = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard raw >= 0 else {
            if errno == EEXIST { return false }
            throw SystemError("open")
        }
        let file = Descriptor(owning: raw)
        guard fsync(file.rawValue) == 0 else { throw SystemError("fsync") }
        try DurableFile.syncFolder(of: path)
        return true
    }

    /// The one absolute path of a file, with every symbolic link followed (realpath(3)).
    package static func canonicalPath(of path: String) throws(SystemError) -> String {
        guard let resolved = realpath(path, nil) else { throw SystemError("realpath") }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
