import CLinux
import Glibc

/// Where a service manager wants to hear how the process is (sd_notify(3)).
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
        let raw = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard raw >= 0 else { throw SystemError("socket") }
        descriptor = Descriptor(owning: raw)
        var time = timeval(tv_sec: Self.patienceSeconds, tv_usec: 0)
        guard setsockopt(raw, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size)) == 0 else {
            throw SystemError("setsockopt")
        }
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

/// An absolute path, or `@` and a name of the kernel's own, which is no file (unix(7), "abstract").
private struct Address: Sendable {
    /// As the system has it: such a name begins with a zero byte.
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
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        // To the byte: an abstract name does not end at a zero, and a longer address would be another name.
        let pathOffset = MemoryLayout<sockaddr_un>.size - MemoryLayout.size(ofValue: address.sun_path)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                body(pointer, socklen_t(pathOffset + bytes.count))
            }
        }
    }
}
