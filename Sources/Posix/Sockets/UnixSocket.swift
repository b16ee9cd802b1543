import CLinux
import Glibc

/// A connection within this machine whose calls block (unix(7)).
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
        let descriptor = try Descriptor.opened("socket") {
            socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        }
        // The kernel bounds connecting by the time for sending.
        try descriptor.limitWaiting(milliseconds: milliseconds)
        try UnixAddress.connect(descriptor.rawValue, to: path)
        self.descriptor = descriptor
    }

    private static func checkIsSocket(_ path: String) throws(SystemError) {
        var status = stat()
        try systemCall("connect") { lstat(path, &status) }
        switch status.st_mode & S_IFMT {
        case S_IFSOCK: return
        case S_IFLNK: throw SystemError(code: ELOOP, call: "connect")
        default: throw SystemError(code: ENOTSOCK, call: "connect")
        }
    }

    /// Bounds how long receiving and sending wait (socket(7)).
    package func limitWaiting(milliseconds: Int) throws(SystemError) {
        try descriptor.limitWaiting(milliseconds: milliseconds)
    }

    /// The system's number of the user at the other end, as the kernel noted it when they connected (unix(7),
    /// SO_PEERCRED).
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

    /// Sends all bytes (send(2)).
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
