import CLinux
import Glibc

/// A socket that was open when the process began. A service manager listens on it before the first instance, between
/// two instances and after the last (sd_listen_fds(3)).
package struct PassedSocket: Sendable, Equatable {
    let descriptor: CInt
    /// The service manager's name of the socket (`FileDescriptorName=`, systemd.socket(5)).
    package let name: String

    /// The number of the first passed descriptor.
    private static let firstDescriptor: CInt = 3
    /// The most sockets; a higher number is a mistake in the environment.
    package static let countMax = 64
    private static let unnamed = "unknown"

    /// Returns the sockets that the environment describes: none if they are meant for another process, and `nil` if the
    /// description is malformed.
    package static func all(
        environment: [String: String], processID: Int32 = ProcessSetup.processID
    ) -> [PassedSocket]? {
        guard let count = environment["LISTEN_FDS"], environment["LISTEN_PID"] == String(processID) else { return [] }
        guard let count = Int(count), (0...countMax).contains(count) else { return nil }
        let names = (environment["LISTEN_FDNAMES"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
        return (0..<count).map { index in
            PassedSocket(
                descriptor: firstDescriptor + CInt(index),
                name: index < names.count && !names[index].isEmpty ? String(names[index]) : unnamed)
        }
    }
}
