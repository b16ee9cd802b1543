import CLinux
import Glibc

/// A lock on a file of its own. The kernel releases it when the process ends, so a lock is never stale (flock(2)).
package struct FileLock: ~Copyable, Sendable {
    private let descriptor: Descriptor

    package enum LockError: Error, Sendable {
        /// Another process holds it.
        case held
        case system(SystemError)
    }

    /// Takes the lock, making the file (mode 0600) if there is none. A symbolic link of the name is an error.
    package init(path: String) throws(LockError) {
        var raw = Self.open(path)
        // Earlier versions left a lock file of root's beside another account's database.
        if raw < 0, errno == EACCES, let account = FileAccount.current, account.takeOver(path, isKnown: \.isEmpty) {
            raw = Self.open(path)
        }
        guard raw >= 0 else { throw .system(SystemError("open")) }
        let descriptor = Descriptor(owning: raw)
        guard flock(raw, LOCK_EX | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK ? .held : .system(SystemError("flock"))
        }
        self.descriptor = descriptor
    }

    deinit {
        // A child process that another thread has just forked holds the descriptor until exec, and must not prolong the
        // lock.
        _ = flock(descriptor.rawValue, LOCK_UN)
    }

    /// Returns the text that the holder of the lock, or an earlier holder, wrote into the file (pread(2)).
    package func text() throws(SystemError) -> String {
        var buffer = [UInt8](repeating: 0, count: Self.textBytesMax)
        let count = try systemCall("pread") { pread(descriptor.rawValue, &buffer, buffer.count, 0) }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    /// Writes a text into the file in place of what it holds, and syncs it (ftruncate(2), pwrite(2), fsync(2)).
    package func write(_ text: String) throws(SystemError) {
        let bytes = Array(text.utf8)
        precondition(bytes.count <= Self.textBytesMax, "a lock file's text must not exceed textBytesMax")
        try systemCall("ftruncate") { ftruncate(descriptor.rawValue, 0) }
        guard pwrite(descriptor.rawValue, bytes, bytes.count, 0) == bytes.count else { throw SystemError("pwrite") }
        try systemCall("fsync") { fsync(descriptor.rawValue) }
    }

    private static let textBytesMax = 1024

    private static func open(_ path: String) -> CInt {
        Glibc.open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o600)
    }
}
