import CLinux
import Glibc

/// A listening socket on a free port of 127.0.0.1.
package struct LoopbackListener: Sendable {
    package let descriptor: CInt
    package let port: Int

    package init() throws {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, address, &length) == 0
            }
        }
        guard isListening else {
            Glibc.close(descriptor)
            throw TestFailure("no socket listens on 127.0.0.1: \(errno)")
        }
        self.descriptor = descriptor
        port = Int(UInt16(bigEndian: address.sin_port))
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
