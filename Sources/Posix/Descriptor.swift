import CLinux
import Glibc

/// A file descriptor that is closed exactly once, when its owner goes (close(2)).
package struct Descriptor: ~Copyable, Sendable {
    package let rawValue: CInt

    /// Takes over a descriptor that nobody else closes.
    package init(owning rawValue: CInt) {
        precondition(rawValue >= 0, "a descriptor is not negative")
        self.rawValue = rawValue
    }

    deinit {
        // Linux frees the descriptor even where close(2) fails with EINTR: closing again could close another's.
        _ = Glibc.close(rawValue)
    }
}
