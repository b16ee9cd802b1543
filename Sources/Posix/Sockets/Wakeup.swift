import CLinux
import Glibc

/// Wakes a poller from another thread (eventfd(2)).
package struct Wakeup: ~Copyable, Sendable {
    package let descriptor: Descriptor

    package init() throws(SystemError) {
        descriptor = try Descriptor.opened("eventfd") { eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK)) }
    }

    package func signal() {
        var one: UInt64 = 1
        // The write fails only if the counter is full, and then the poller wakes anyway.
        _ = write(descriptor.rawValue, &one, 8)
    }

    /// Forgets the signals so far.
    package func clear() {
        var count: UInt64 = 0
        _ = read(descriptor.rawValue, &count, 8)
    }
}
