import Foundation
import Posix
import TestSupport

/// A double of systemd in the test's process: it receives notifications, and holds the sockets from which the service
/// accepts connections.
package final class ServiceManagerDouble {
    /// The value of `$NOTIFY_SOCKET`.
    package let notifyAddress: String
    private let receiver: Int32
    private let listener: Int32
    private let folder: Folder

    package enum NotifyAddress: Sendable, CaseIterable {
        case path, abstract
    }

    package init(_ kind: NotifyAddress = .path) throws {
        folder = try Folder()
        notifyAddress = kind == .path ? folder.file("notify") : "@\(folder.path)/notify"
        let receiver = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(notifyAddress.utf8.map { $0 == UInt8(ascii: "@") ? 0 : $0 })
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(receiver, $0, length) == 0 }
        }
        // Blocking, and inherited by started processes, like systemd's sockets.
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var any = sockaddr_in()
        any.sin_family = sa_family_t(AF_INET)
        any.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isListening = withUnsafePointer(to: &any) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 && listen(listener, 4096) == 0
            }
        }
        (self.receiver, self.listener) = (receiver, listener)
        guard isBound, isListening else { throw TestFailure("no sockets: errno \(errno)") }
    }

    deinit {
        close(receiver)
        close(listener)
    }

    /// Waits for the next notification; returns `nil` if none arrives in time.
    package func notice(withinMilliseconds milliseconds: Int32 = 20_000) -> String? {
        var request = pollfd(fd: receiver, events: Int16(POLLIN), revents: 0)
        guard poll(&request, 1, milliseconds) > 0 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(receiver, &buffer, buffer.count, 0)
        return count >= 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }

    /// Starts the server with the listening socket, which takes connections before and after too; `name` is what the
    /// unit calls the socket.
    package func start(
        in folder: Folder, name: String = "http", environment extra: [String: String] = [:]
    ) throws -> Server {
        var environment = [
            "DATABASE_URI": folder.file("martlet.db"), "RUN_ADDRESS": "127.0.0.1:1",
            "MARTLET_ACCRUAL_LISTEN": "127.0.0.1:0", "NOTIFY_SOCKET": notifyAddress, "LISTEN_FDNAMES": name,
            "MARTLET": Server.executable,
        ]
        environment.merge(extra) { $1 }
        // LISTEN_PID is the executable's own, which the shell's becomes.
        return try Server(
            in: folder, arguments: ["-c", #"exec 3<&0 </dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec "$MARTLET""#],
            environment: environment, executable: "/bin/sh", inputDescriptor: listener)
    }

    /// Where the listening socket is.
    package func endpoint() throws -> Endpoint {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
        }
        guard code == 0 else { throw TestFailure("getsockname: errno \(errno)") }
        return Endpoint(address: [127, 0, 0, 1], port: UInt16(bigEndian: address.sin_port))
    }
}
