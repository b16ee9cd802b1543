import CLinux
import Glibc

/// Waits for descriptors to become ready (epoll(7)).
package struct Poller: ~Copyable {
    /// The most events that one wait reports. The next wait reports the others.
    package static let eventsMax = 256

    package struct Readiness: Sendable {
        package let readable: Bool
        package let writable: Bool
        /// True if the peer sends nothing more or the connection is broken; the next read shows which.
        package let ended: Bool
    }

    private let descriptor: Descriptor
    private var events: [epoll_event]

    package init() throws(SystemError) {
        descriptor = try Descriptor.opened("epoll_create1") { epoll_create1(CInt(EPOLL_CLOEXEC)) }
        events = [epoll_event](repeating: epoll_event(), count: Self.eventsMax)
    }

    /// Reports each change of a connection's readiness once (EPOLLET), under `token`, until its descriptor is closed.
    package func addEdgeTriggered(_ target: borrowing Descriptor, token: UInt64) throws(SystemError) {
        try control(
            EPOLL_CTL_ADD, target, EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue, token)
    }

    /// Reports a shared descriptor to at least one of its pollers for as long as it is readable (EPOLLEXCLUSIVE).
    package func addShared(_ target: borrowing Descriptor, token: UInt64) throws(SystemError) {
        try control(EPOLL_CTL_ADD, target, EPOLLIN.rawValue | EPOLLEXCLUSIVE.rawValue, token)
    }

    package func remove(_ target: borrowing Descriptor) throws(SystemError) {
        try control(EPOLL_CTL_DEL, target, 0, 0)
    }

    /// Waits for at most `timeoutMilliseconds`, without a limit if that is `nil`, and returns the number of events.
    package mutating func wait(timeoutMilliseconds: Int32?) throws(SystemError) -> Int {
        let count = epoll_wait(descriptor.rawValue, &events, CInt(Self.eventsMax), timeoutMilliseconds ?? -1)
        if count >= 0 { return Int(count) }
        guard errno == EINTR else { throw SystemError("epoll_wait") }
        return 0
    }

    /// Returns an event of the last wait.
    package func event(_ index: Int) -> (token: UInt64, readiness: Readiness) {
        let event = events[index]
        let broken = EPOLLERR.rawValue | EPOLLHUP.rawValue
        return (
            event.data.u64,
            Readiness(
                readable: event.events & EPOLLIN.rawValue != 0,
                writable: event.events & (EPOLLOUT.rawValue | broken) != 0,
                ended: event.events & (EPOLLRDHUP.rawValue | broken) != 0)
        )
    }

    private func control(
        _ operation: CInt, _ target: borrowing Descriptor, _ interest: UInt32, _ token: UInt64
    ) throws(SystemError) {
        var event = epoll_event(events: interest, data: epoll_data_t(u64: token))
        guard epoll_ctl(descriptor.rawValue, operation, target.rawValue, &event) == 0 else {
            throw SystemError("epoll_ctl")
        }
    }
}
