import CLinux
import Glibc

extension PrivateFile {
    /// Renames a file that is on the disk to a name that is free, and syncs the folder.
    ///
    /// Not every file system can do that in one step: NFS lacks the flag of renameat2(2), and exFAT and many FUSE file
    /// systems lack link(2). Without both, a look at the name precedes rename(2).
    package static func rename(_ path: String, toNew newPath: String) throws(SystemError) {
        if try !renameWithFlag(path, newPath), try !linkAndRemove(path, newPath) {
            guard !exists(path: newPath) else { throw SystemError(code: EEXIST, call: "rename") }
            try systemCall("rename") { Glibc.rename(path, newPath) }
        }
        try DurableFile.syncFolder(of: newPath)
    }

    /// The path, or the first of `path-2`, `path-3` and so on, that no file has yet. A name with a time in it is taken
    /// if two files are made within a second.
    ///
    /// - Parameter suffixes: the ends of all names that have to be free.
    /// - Returns: the path itself if all are taken, so that the call that makes the file fails.
    package static func freePath(_ path: String, suffixes: [String] = [""]) -> String {
        let paths = [path] + (2...pathsTriedMax).map { "\(path)-\($0)" }
        return paths.first { path in !suffixes.contains { exists(path: path + $0) } } ?? path
    }

    /// More files than a script makes within a second.
    private static let pathsTriedMax = 100

    /// Gives a file a second name, or if the file system can't, makes a copy of that name, and syncs the folder.
    package static func linkOrCopy(_ path: String, as newPath: String) throws(SystemError) {
        do throws(SystemError) {
            try link(path, as: newPath)
        } catch {
            guard error.isUnsupported else { throw error }
            try copy(path, to: newPath)
        }
    }

    /// False if the kernel or the file system does not know the call or the flag.
    private static func renameWithFlag(_ path: String, _ newPath: String) throws(SystemError) -> Bool {
        if renameat2(AT_FDCWD, path, AT_FDCWD, newPath, renameWithoutReplacing) == 0 { return true }
        let error = SystemError("renameat2")
        guard error.isUnsupported else { throw error }
        return false
    }

    /// False if the file system has no second names.
    private static func linkAndRemove(_ path: String, _ newPath: String) throws(SystemError) -> Bool {
        if Glibc.link(path, newPath) == 0 {
            try remove(path: path)
            return true
        }
        let error = SystemError("link")
        guard error.isUnsupported else { throw error }
        return false
    }

    /// Makes a copy on the disk, with mode 0600. It removes an unfinished copy if an error occurs.
    private static func copy(_ path: String, to newPath: String) throws(SystemError) {
        let from = try Descriptor.opened("open") { open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) }
        var status = stat()
        guard fstat(from.rawValue, &status) == 0 else { throw SystemError("fstat") }
        // Root may read here what the account may not.
        if let account = FileAccount.current, status.st_uid != account.user {
            throw SystemError(code: EACCES, call: "open")
        }
        guard try create(path: newPath) else { throw SystemError(code: EEXIST, call: "open") }
        do throws(SystemError) {
            let into = try Descriptor.opened("open") { open(newPath, O_WRONLY | O_NOFOLLOW | O_CLOEXEC) }
            try copyBytes(from.rawValue, into.rawValue)
        } catch {
            unlink(newPath)
            throw error
        }
        try DurableFile.syncFolder(of: newPath)
    }

    private static func copyBytes(_ source: CInt, _ target: CInt) throws(SystemError) {
        var chunk = [UInt8](repeating: 0, count: chunkBytes)
        var position = 0
        while true {
            let count = try systemCall("pread") { pread(source, &chunk, chunk.count, position) }
            if count == 0 { break }
            let written = pwrite(target, &chunk, count, position)
            guard written > 0 else { throw SystemError("pwrite") }
            position += written
        }
        try systemCall("fsync") { fsync(target) }
    }

    private static let chunkBytes = 1 << 20
}
