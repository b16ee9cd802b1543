import Glibc
import Posix

extension Thread {
    /// Refuses a thread, as the kernel does if there are as many as there may be.
    package static let refused: Start = { _, _ throws(SystemError) -> Thread in
        throw SystemError(code: EAGAIN, call: "pthread_create")
    }
}
