import CLinux
import Glibc

/// A listening socket, on a free port of 127.0.0.1 unless a test names another place.
package struct LoopbackListener: Sendable {
    package let descriptor: CInt
    package let port: Int

    /// - Parameters:
    ///   - address: such as 0x7F00_0002 for 127.0.0.2.
    ///   - port: 0 for a free one.
    package init(address host: UInt32 = 0x7F00_0001, port: Int = 0) throws {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = host.bigEndian
        address.sin_port = UInt16(port).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, address, &length) == 0
            }
        }
        guard isListening else {
            Glibc.close(descriptor)
            throw TestFailure("no socket listens on the loopback interface: \(errno)")
        }
        self.descriptor = descriptor
        self.port = Int(UInt16(bigEndian: address.sin_port))
    }

    /// Waits for a connection and returns its descriptor; `nil` after ``close()``.
    package func accept() -> CInt? {
        let accepted = accept4(descriptor, nil, nil, CInt(SOCK_CLOEXEC.rawValue))
        return accepted >= 0 ? accepted : nil
    }

    /// Ends a waiting ``accept()``.
    package func shutDown() {
        shutdown(descriptor, CInt(SHUT_RDWR))
    }

    package func close() {
        Glibc.close(descriptor)
    }
}
