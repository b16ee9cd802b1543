import CLinux
import Glibc

/// The socket on which a service manager receives the state of the process (sd_notify(3)).
package final class NotifySocket: Sendable {
    private let descriptor: Descriptor
    private let address: Address

    /// The longest wait for a service manager that reads nothing.
    private static let patienceSeconds = 2

    /// - Parameter address: the value of `$NOTIFY_SOCKET`.
    /// - Throws: EAFNOSUPPORT if that is neither a path nor an abstract name, ENAMETOOLONG if it is too long for an
    ///   address.
    package init(address: String) throws(SystemError) {
        self.address = try Address(address)
        descriptor = try Descriptor.opened("socket") {
            socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        }
        try descriptor.limitWaiting(milliseconds: Self.patienceSeconds * 1000)
    }

    /// Sends assignments, one a line, as one datagram (sendto(2)).
    package func send(_ assignments: String) throws(SystemError) {
        let bytes = Array(assignments.utf8)
        let count = address.withSocketAddress { address, length in
            bytes.withUnsafeBytes {
                sendto(descriptor.rawValue, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL), address, length)
            }
        }
        guard count == bytes.count else { throw SystemError("sendto") }
    }
}

/// An absolute path, or `@` and an abstract name, which is not a file (unix(7), "abstract").
private struct Address: Sendable {
    /// The address's bytes in the kernel's form: an abstract name begins with a zero byte.
    private let bytes: [UInt8]

    init(_ text: String) throws(SystemError) {
        switch text.utf8.first {
        case UInt8(ascii: "/"): bytes = Array(text.utf8)
        case UInt8(ascii: "@"): bytes = [0] + text.utf8.dropFirst()
        default: throw SystemError(code: EAFNOSUPPORT, call: "socket")
        }
        guard bytes.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path) else {
            throw SystemError(code: ENAMETOOLONG, call: "socket")
        }
    }

    func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        UnixAddress.withSocketAddress(bytes, isTerminated: false, body)
    }
}
