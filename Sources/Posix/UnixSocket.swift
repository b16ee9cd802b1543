import CLinux
import Glibc

/// A connection within this machine, that blocks (unix(7)).
package struct UnixSocket: ~Copyable, Sendable {
    private let descriptor: Descriptor

    init(owning rawValue: CInt) {
        descriptor = Descriptor(owning: rawValue)
    }

    /// Connects to the process that listens at the path (connect(2)). Connecting, receiving and sending each wait no
    /// longer than `milliseconds`.
    ///
    /// - Throws: ELOOP if the path is a symbolic link, which may lead to another server's socket; ENOTSOCK if it is not
    ///   a socket; EAGAIN if the process does not accept in time; or another error of the calls.
    package init(connectingTo path: String, withinMilliseconds milliseconds: Int) throws(SystemError) {
        try Self.checkIsSocket(path)
        let raw = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard raw >= 0 else { throw SystemError("socket") }
        let descriptor = Descriptor(owning: raw)
        // The kernel bounds connecting by the time for sending.
        try Self.limitWaiting(raw, milliseconds: milliseconds)
        try UnixAddress.connect(raw, to: path)
        self.descriptor = descriptor
    }

    private static func checkIsSocket(_ path: String) throws(SystemError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { throw SystemError("connect") }
        switch status.st_mode & S_IFMT {
        case S_IFSOCK: return
        case S_IFLNK: throw SystemError(code: ELOOP, call: "connect")
        default: throw SystemError(code: ENOTSOCK, call: "connect")
        }
    }

    /// Bounds how long receiving and sending wait (socket(7)).
    package func limitWaiting(milliseconds: Int) throws(SystemError) {
        try Self.limitWaiting(descriptor.rawValue, milliseconds: milliseconds)
    }

    private static func limitWaiting(_ socket: CInt, milliseconds: Int) throws(SystemError) {
        var time = timeval(tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            let length = socklen_t(MemoryLayout<timeval>.size)
            guard setsockopt(socket, SOL_SOCKET, option, &time, length) == 0 else { throw SystemError("setsockopt") }
        }
    }

    /// The system's number of the user at the other end, as the kernel noted it when they connected (unix(7), SO_PEERCRED).
    package func peerUserID() throws(SystemError) -> UInt32 {
        // struct ucred: the process, the user and the group.
        var credentials: (pid_t, uid_t, gid_t) = (0, 0, 0)
        var length = socklen_t(MemoryLayout.size(ofValue: credentials))
        guard getsockopt(descriptor.rawValue, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 else {
            throw SystemError("getsockopt")
        }
        return credentials.1
    }

    /// Sends the bytes if the kernel takes all of them at once. Returns false if it does not; a part may be sent then
    /// (send(2)).
    package func sendWithoutWaiting(_ bytes: [UInt8]) -> Bool {
        let count = bytes.withUnsafeBytes {
            Glibc.send(descriptor.rawValue, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
        }
        return count == bytes.count
    }

    /// Sends all of it (send(2)).
    package func send(_ bytes: [UInt8]) throws(SystemError) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor.rawValue, $0.baseAddress! + sent, $0.count - sent, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 || errno == EINTR else { throw SystemError("send") }
            sent += max(0, count)
        }
    }

    package enum Received {
        case bytes([UInt8])
        /// Nothing came in the time that a wait may take.
        case nothingYet
        case end
    }

    /// Waits for bytes and returns at most `bytesMax` of them (recv(2)).
    package func receive(bytesMax: Int) throws(SystemError) -> Received {
        var buffer = [UInt8](repeating: 0, count: bytesMax)
        while true {
            let count = recv(descriptor.rawValue, &buffer, buffer.count, 0)
            if count > 0 { return .bytes(Array(buffer[..<count])) }
            if count == 0 { return .end }
            if errno == EAGAIN { return .nothingYet }
            guard errno == EINTR else { throw SystemError("recv") }
        }
    }
}

/// Listens within this machine, for the owner alone: the socket's file has mode 0600.
package struct UnixListener: ~Copyable, Sendable {
    private let descriptor: Descriptor
    private let path: String
    /// Of the socket's name.
    private let identity: FileIdentity?

    /// Listens at a path, in place of a socket that an earlier process left there.
    package init(path: String) throws(SystemError) {
        let raw = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard raw >= 0 else { throw SystemError("socket") }
        let descriptor = Descriptor(owning: raw)
        // The file gets the mode of the descriptor, so it never has wider rights (unix(7)).
        guard fchmod(raw, 0o600) == 0 else { throw SystemError("fchmod") }
        try UnixAddress.bind(raw, to: path)
        guard listen(raw, 8) == 0 else { throw SystemError("listen") }
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

    /// Takes the socket's name away, unless another socket has it by now, and lets `accept` return at once from now on, on whatever thread it waits (shutdown(2)).
    package func end() {
        if let identity, (try? FileIdentity.find(path: path)) == identity { unlink(path) }
        _ = shutdown(descriptor.rawValue, CInt(SHUT_RDWR))
    }
}
