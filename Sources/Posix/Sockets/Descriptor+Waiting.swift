import CLinux
import Glibc

/// Waits of the descriptors of sockets and pipes.
extension Descriptor {
    /// Limits how long receiving and sending wait (socket(7), SO_RCVTIMEO).
    func limitWaiting(milliseconds: Int) throws(SystemError) {
        var time = timeval(tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            let length = socklen_t(MemoryLayout<timeval>.size)
            try systemCall("setsockopt") { setsockopt(rawValue, SOL_SOCKET, option, &time, length) }
        }
    }

    /// Waits until the descriptor is readable. Returns false if the time passes or a signal arrives first (poll(2)).
    package func waitUntilReadable(milliseconds: Int32) throws(SystemError) -> Bool {
        var request = pollfd(fd: rawValue, events: Int16(POLLIN), revents: 0)
        let count = poll(&request, 1, milliseconds)
        guard count >= 0 || errno == EINTR else { throw SystemError("poll") }
        return count > 0
    }
}
