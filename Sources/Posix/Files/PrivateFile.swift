import CLinux
import Glibc

/// Files that only the server's own account may read.
package enum PrivateFile {
    /// Makes an empty file (mode 0600) and syncs it and its folder, so that the name outlives a power cut.
    ///
    /// Returns false if the name is taken. It does not open the existing file: closing a descriptor of a file drops
    /// every lock that the process holds on it (fcntl(2), "Record locking").
    package static func create(path: String) throws(SystemError) -> Bool {
        let raw = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard raw >= 0 else {
            if errno == EEXIST { return false }
            throw SystemError("open")
        }
        let file = Descriptor(owning: raw)
        try systemCall("fsync") { fsync(file.rawValue) }
        try DurableFile.syncFolder(of: path)
        return true
    }

    /// Makes a folder (mode 0700) if the name is not taken, and syncs the folder around it (mkdir(2)).
    package static func makeFolder(path: String) throws(SystemError) {
        guard mkdir(path, 0o700) == 0 else {
            if errno == EEXIST { return }
            throw SystemError("mkdir")
        }
        try DurableFile.syncFolder(of: path)
    }

    /// The one absolute path of a file, with every symbolic link followed (realpath(3)).
    package static func canonicalPath(of path: String) throws(SystemError) -> String {
        guard let resolved = realpath(path, nil) else { throw SystemError("realpath") }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// As ``canonicalPath(of:)``, but the file need not exist yet if its folder does.
    package static func canonicalPath(ofPossible path: String) throws(SystemError) -> String {
        do throws(SystemError) {
            return try canonicalPath(of: path)
        } catch {
            let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
            guard error.isMissingFile, !name.isEmpty else { throw error }
            let folder = try canonicalPath(of: File.folder(of: path))
            return folder == "/" ? "/\(name)" : "\(folder)/\(name)"
        }
    }

    /// Returns true if the name is taken (access(2)).
    package static func exists(path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// Removes a file if it exists (unlink(2)).
    package static func remove(path: String) throws(SystemError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw SystemError("unlink") }
    }

    /// Renames a file that is on the disk, replacing a file of the new name, and syncs the folder. At any moment the
    /// new name refers to one of the two files (rename(2)).
    package static func rename(_ path: String, to newPath: String) throws(SystemError) {
        try DurableFile.sync(path: path)
        try systemCall("rename") { Glibc.rename(path, newPath) }
        try DurableFile.syncFolder(of: newPath)
    }

    /// Gives a file a second name (link(2)).
    package static func link(_ path: String, as newPath: String) throws(SystemError) {
        try systemCall("link") { Glibc.link(path, newPath) }
        try DurableFile.syncFolder(of: newPath)
    }

    /// The result of looking for a file by its name.
    package enum Presence: Equatable, Sendable {
        case there
        case missing
        /// This account may not search one of the folders, or a component of the path is not a folder.
        case hidden(SystemError)
    }

    /// Looks for a file by its name, as far as this account can see (stat(2)).
    package static func presence(path: String) -> Presence {
        var status = stat()
        guard stat(path, &status) != 0 else { return .there }
        let error = SystemError("stat")
        return error.isMissingFile ? .missing : .hidden(error)
    }

    /// Returns false if this account may not make files in the folder of a path (faccessat(2)).
    package static func mayWrite(inFolderOf path: String) -> Bool {
        let folder = File.folder(of: path)
        return faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0 || !SystemError("faccessat").isForbidden
    }

    /// The name of the account that owns a file; `nil` if that can't be seen.
    package static func ownerName(path: String) -> String? {
        var status = stat()
        return stat(path, &status) == 0 ? SystemUser.name(of: status.st_uid) : nil
    }
}
