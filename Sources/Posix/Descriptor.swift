import CLinux
import Glibc

/// A file descriptor that is closed exactly once, at the end of its owner's life (close(2)).
package struct Descriptor: ~Copyable, Sendable {
    package let rawValue: CInt

    /// Takes ownership of an open descriptor. No other code may close it.
    package init(owning rawValue: CInt) {
        precondition(rawValue >= 0, "a descriptor must not be negative")
        self.rawValue = rawValue
    }

    /// Makes a call that opens a descriptor, such as open(2) or socket(2), and takes ownership of the descriptor.
    ///
    /// - Throws: the error of the call.
    static func opened(_ name: StaticString, _ call: () -> CInt) throws(SystemError) -> Descriptor {
        Descriptor(owning: try systemCall(name, call))
    }

    /// O_PATH of Linux on all machines that Swift has; it is a macro that the compiler does not import. A descriptor of
    /// this kind grants no access to the file, and its end drops no lock of SQLite's (open(2)).
    static let pathOnly: CInt = 0o10000000

    deinit {
        // Linux frees the descriptor even if close(2) fails with EINTR: a second close could hit a descriptor that
        // another thread has just opened.
        _ = Glibc.close(rawValue)
    }
}
