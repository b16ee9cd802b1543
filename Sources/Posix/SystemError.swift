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

    /// Creates the error of the call that has just failed on this thread.
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
    /// True if this account may not make the call.
    package var isForbidden: Bool { code == EACCES || code == EPERM }
    /// True if a folder of the path may not be searched, or a component is not a folder.
    package var isHiddenFile: Bool { code == EACCES || code == ENOTDIR }
    /// True if a wait reached its time limit.
    package var isTimeout: Bool { code == EAGAIN || code == ETIMEDOUT }
    /// True if the kernel or the file system does not support the call. Linux reports that in many ways: link(2) with
    /// EPERM, renameat2(2) with EINVAL.
    var isUnsupported: Bool { [EPERM, ENOSYS, EINVAL, EOPNOTSUPP, EMLINK].contains(code) }
    /// True if no process reads the pipe or the connection any more.
    package var isBrokenPipe: Bool { code == EPIPE }
    package var isAddressInUse: Bool { code == EADDRINUSE }
    /// True if this machine does not have the address, or the whole address family.
    package var isAddressUnavailable: Bool { code == EADDRNOTAVAIL || code == EAFNOSUPPORT }
    /// True if accept4(2) has failed because of one connection, which has ended while it waited, or because of a
    /// signal. The next connection may be accepted.
    package var isOfAcceptedConnection: Bool {
        [ECONNABORTED, EPROTO, ENETDOWN, EHOSTUNREACH, ENETUNREACH, EINTR].contains(code)
    }
    package var isOutOfDescriptors: Bool { code == EMFILE || code == ENFILE }
}

/// Makes a system call, again if a signal interrupted it (EINTR, signal(7)), and returns its result.
///
/// - Parameters:
///   - name: the call's name, as its manual page has it.
///   - call: returns a negative number if the call fails.
/// - Throws: the error of the call.
@discardableResult
func systemCall<Value: SignedInteger>(_ name: StaticString, _ call: () -> Value) throws(SystemError) -> Value {
    while true {
        let value = call()
        if value >= 0 { return value }
        guard errno == EINTR else { throw SystemError(name) }
    }
}
