import CLinux
import Glibc

/// The system's users (getpwuid_r(3)).
package enum SystemUser {
    /// The user ID of this process (getuid(2)).
    package static var currentID: UInt32 { getuid() }

    /// The number of the user whose rights this process has (geteuid(2)).
    package static var effectiveID: UInt32 { geteuid() }

    /// The ID of the user who signed in to the system, also after su and sudo; `nil` if the system does not record it
    /// (proc(5), `/proc/self/loginuid`).
    package static var signedInID: UInt32? {
        guard let bytes = try? File.read(path: "/proc/self/loginuid", bytesMax: 32) else { return nil }
        return UInt32(String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)).flatMap { $0 == .max ? nil : $0 }
    }

    /// Returns the name of a user, or the user ID as text if the user has no name.
    package static func name(of id: UInt32) -> String { knownName(of: id) ?? String(id) }

    /// The name of a user; `nil` if the system has none for the number.
    package static func knownName(of id: UInt32) -> String? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 * 1024)
        guard getpwuid_r(id, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name else {
            return nil
        }
        return String(cString: name)
    }
}
