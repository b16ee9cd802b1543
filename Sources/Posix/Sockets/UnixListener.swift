import CLinux
import Glibc

/// Listens within this machine, for the owner alone: the socket's file has mode 0600.
package struct UnixListener: ~Copyable, Sendable {
    private let descriptor: Descriptor
    private let path: String
    /// The identity of the socket's file, by which ``end()`` sees whether the path still leads to it.
    private let identity: FileIdentity?

    /// Listens at a path, in place of a socket that an earlier process left there.
    package init(path: String) throws(SystemError) {
        let descriptor = try Descriptor.opened("socket") {
            socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        }
        // The file gets the mode of the descriptor, so it never has wider rights (unix(7)).
        try systemCall("fchmod") { fchmod(descriptor.rawValue, 0o600) }
        try UnixAddress.bind(descriptor.rawValue, to: path)
        try systemCall("listen") { listen(descriptor.rawValue, 8) }
        self.descriptor = descriptor
        self.path = path
        identity = try? FileIdentity.find(path: path)
    }

    /// Returns true if the path names no file any more.
    package var isNameGone: Bool { !PrivateFile.exists(path: path) }

    /// Waits for a connection; returns `nil` if the time passes or ``end()`` was called (poll(2), accept4(2)).
    package func accept(withinMilliseconds milliseconds: Int32) throws(SystemError) -> UnixSocket? {
        var request = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        guard poll(&request, 1, milliseconds) > 0 else { return nil }
        let raw = accept4(descriptor.rawValue, nil, nil, CInt(SOCK_CLOEXEC.rawValue))
        guard raw >= 0 else {
            if [EAGAIN, EINTR, ECONNABORTED, EINVAL].contains(errno) { return nil }
            throw SystemError("accept4")
        }
        return UnixSocket(owning: raw)
    }

    /// Removes the socket's name, unless another socket has it by now, and makes `accept` return at once on every
    /// thread (shutdown(2)).
    package func end() {
        if let identity, (try? FileIdentity.find(path: path)) == identity { unlink(path) }
        _ = shutdown(descriptor.rawValue, CInt(SHUT_RDWR))
    }
}
