import CLinux
import Glibc

/// The error number of a system call and the name of the call (errno(3)).
package struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
    package let code: Int32
    /// The call's name, as its manual page has it.
    package let call: StaticString

    package init(code: Int32, call: StaticString) {
        self.code = code
        self.call = call
    }

    /// The error of the call that has just failed on this thread.
    init(_ call: StaticString) {
        self.init(code: errno, call: call)
    }

    package static func == (left: SystemError, right: SystemError) -> Bool {
        left.code == right.code
    }

    /// `bind: Address already in use`
    package var description: String {
        var buffer = [CChar](repeating: 0, count: 256)
        strerror_r(code, &buffer, buffer.count)
        let message = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return "\(call): \(message)"
    }

    package var isMissingFile: Bool { code == ENOENT }
    package var isFolder: Bool { code == EISDIR }
    /// True if a component of the path is not a folder.
    package var isNoFolder: Bool { code == ENOTDIR || code == ELOOP }
    /// This account may not do it.
    package var isForbidden: Bool { code == EACCES || code == EPERM }
    /// A folder on the way can't be looked into, or is none.
    package var isHiddenFile: Bool { code == EACCES || code == ENOTDIR }
    /// A wait took longer than it may.
    package var isTimeout: Bool { code == EAGAIN || code == ETIMEDOUT }
    /// True if the kernel or the file system does not support the call. Linux reports that in many ways: link(2) with
    /// EPERM, renameat2(2) with EINVAL.
    var isUnsupported: Bool { [EPERM, ENOSYS, EINVAL, EOPNOTSUPP, EMLINK].contains(code) }
    /// No process reads the pipe or the connection any more.
    package var isBrokenPipe: Bool { code == EPIPE }
    package var isAddressInUse: Bool { code == EADDRINUSE }
    /// The address, or its whole family, is not this machine's.
    package var isAddressUnavailable: Bool { code == EADDRNOTAVAIL || code == EAFNOSUPPORT }
    package var isOutOfDescriptors: Bool { code == EMFILE || code == ENFILE }
}
