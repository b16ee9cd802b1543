import CLinux
import Glibc
import Synchronization

/// A lock on a file itself, by whatever name a process reaches it: a hard link, a mount, or a path in another
/// container.
///
/// The lock covers one byte far beyond the end of every database. It belongs to the open file description (fcntl(2),
/// F_OFD_SETLK), so SQLite's locks on the file do not interfere with it, nor does closing another descriptor of the
/// file. Network file systems forward it as a lock of that byte alone. If the kernel or the file system has no such
/// locks, flock(2) takes their place.
///
/// Closing any descriptor of a file drops every lock that SQLite holds on it in this process. The lock is therefore
/// taken before SQLite opens the file and released after SQLite has closed it, and a second lock of the same process is
/// refused before it opens anything.
package struct InodeLock: ~Copyable, Sendable {
    private let descriptor: Descriptor
    package let identity: FileIdentity

    /// The files that this process has locked.
    private static let held = Mutex<Set<FileIdentity>>([])

    /// SQLite's own locks are at 1 GiB, and its largest file has 281 TB.
    private static let lockedByte: off_t = 1 << 62

    /// Takes the lock of an existing file.
    package init(path: String) throws(FileLock.LockError) {
        let found: FileIdentity
        do throws(SystemError) { found = try FileIdentity.find(path: path) } catch { throw .system(error) }
        guard Self.held.withLock({ $0.insert(found).inserted }) else { throw .held }
        do throws(FileLock.LockError) {
            descriptor = try Self.lock(path, found)
        } catch {
            _ = Self.held.withLock { $0.remove(found) }
            throw error
        }
        identity = found
    }

    deinit {
        // A child process that another thread has just forked holds the descriptor until exec, and must not prolong the
        // lock.
        var request = Self.request(F_UNLCK)
        _ = fcntl(descriptor.rawValue, openDescriptionSetLock, &request)
        _ = flock(descriptor.rawValue, LOCK_UN)
        _ = Self.held.withLock { $0.remove(identity) }
    }

    /// Returns true if the path names the locked file: another process may have removed or replaced the name before the
    /// lock was taken.
    package func isNamed(_ path: String) -> Bool {
        (try? FileIdentity.find(path: path)) == identity
    }

    private static func request(_ type: CInt) -> flock {
        var request = flock()
        request.l_type = Int16(type)
        request.l_whence = Int16(SEEK_SET)
        request.l_start = lockedByte
        request.l_len = 1
        return request
    }

    private static func lock(_ path: String, _ expected: FileIdentity) throws(FileLock.LockError) -> Descriptor {
        let raw = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
        guard raw >= 0 else { throw .system(SystemError("open")) }
        let descriptor = Descriptor(owning: raw)
        var status = stat()
        guard fstat(raw, &status) == 0 else { throw .system(SystemError("fstat")) }
        // The path may name another file by now.
        guard FileIdentity(status) == expected else { throw .system(SystemError(code: ESTALE, call: "open")) }
        try lock(descriptor)
        return descriptor
    }

    private static func lock(_ descriptor: borrowing Descriptor) throws(FileLock.LockError) {
        var request = request(F_WRLCK)
        if fcntl(descriptor.rawValue, openDescriptionSetLock, &request) == 0 { return }
        if errno == EAGAIN || errno == EACCES { throw .held }
        guard flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK ? .held : .system(SystemError("flock"))
        }
    }
}

extension InodeLock {
    /// Makes a file (mode 0600) that has its first bytes and is locked before it gets its name, so that no process ever
    /// sees it empty or unlocked. The bytes, the name and the folder are synced.
    ///
    /// The file has no name at first (open(2), O_TMPFILE), and the kernel drops it if the process ends. Where the file
    /// system has no such files, it first gets the name `intermediate`, under which it can remain empty after a kill.
    ///
    /// - Throws: EEXIST if the name `path` or `intermediate` is taken.
    package init(making path: String, content: [UInt8], by intermediate: String) throws(FileLock.LockError) {
        do throws(SystemError) {
            if let lock = try Self.madeWithoutName(path, content) {
                self = lock
            } else {
                self = try Self.made(path, content, by: intermediate)
            }
        } catch {
            throw .system(error)
        }
    }

    /// O_TMPFILE of Linux on all machines that Swift has; it is a macro that the compiler does not import.
    private static let openWithoutName = 0o20000000 | O_DIRECTORY

    /// Returns `nil` if the file system has no files without a name, or can't give them one.
    private static func madeWithoutName(_ path: String, _ content: [UInt8]) throws(SystemError) -> InodeLock? {
        let raw = open(File.folder(of: path), openWithoutName | O_RDWR | O_CLOEXEC, 0o600)
        guard raw >= 0 else { return nil }
        let lock = try InodeLock(new: Descriptor(owning: raw), content)
        // Without a privilege, linkat(2) names an open file only by its link in /proc.
        if linkat(AT_FDCWD, "/proc/self/fd/\(raw)", AT_FDCWD, path, AT_SYMLINK_FOLLOW) != 0 {
            let error = SystemError("linkat")
            if error.code == EEXIST { throw error }
            return nil
        }
        try DurableFile.syncFolder(of: path)
        return lock
    }

    private static func made(
        _ path: String, _ content: [UInt8], by intermediate: String
    ) throws(SystemError) -> InodeLock {
        let raw = open(intermediate, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard raw >= 0 else { throw SystemError("open") }
        do throws(SystemError) {
            let lock = try InodeLock(new: Descriptor(owning: raw), content)
            try PrivateFile.rename(intermediate, toNew: path)
            return lock
        } catch {
            unlink(intermediate)
            throw error
        }
    }

    /// Locks a file that this process has just made, and writes its first bytes. A file system that has no locks has
    /// none for other processes either, so that they leave the file alone.
    private init(new file: consuming Descriptor, _ content: [UInt8]) throws(SystemError) {
        var status = stat()
        guard fstat(file.rawValue, &status) == 0 else { throw SystemError("fstat") }
        let found = FileIdentity(status)
        try? Self.lock(file)
        guard pwrite(file.rawValue, content, content.count, 0) == content.count else { throw SystemError("pwrite") }
        guard fsync(file.rawValue) == 0 else { throw SystemError("fsync") }
        Self.held.withLock { _ = $0.insert(found) }
        descriptor = file
        identity = found
    }
}
