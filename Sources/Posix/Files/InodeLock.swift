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

    /// Takes the lock of a file that is there.
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
        var request = request(F_WRLCK)
        if fcntl(raw, openDescriptionSetLock, &request) == 0 { return descriptor }
        if errno == EAGAIN || errno == EACCES { throw .held }
        guard flock(raw, LOCK_EX | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK ? .held : .system(SystemError("flock"))
        }
        return descriptor
    }
}
