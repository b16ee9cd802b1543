import CLinux
import Glibc

/// A lock on a file of its own that goes with the process, so that none is ever stale (flock(2)).
package struct FileLock: ~Copyable, Sendable {
    private let descriptor: Descriptor

    package enum LockError: Error, Sendable {
        /// Another process holds it.
        case held
        case system(SystemError)
    }

    /// Takes the lock, making the file (mode 0600) where there is none.
    package init(path: String) throws(LockError) {
        let raw = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard raw >= 0 else { throw .system(SystemError("open")) }
        let descriptor = Descriptor(owning: raw)
        guard flock(raw, LOCK_EX | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK ? .held : .system(SystemError("flock"))
        }
        self.descriptor = descriptor
    }
}
