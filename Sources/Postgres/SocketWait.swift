import Glibc

/// Waits for sockets (poll(2)).
enum SocketWait {
    /// Waits until one of the events has happened on the descriptor, or an error that the next call on it reports.
    /// Returns false if the deadline passes first.
    static func wait(
        for events: Int16, of descriptor: CInt, until deadline: Deadline
    ) throws(PostgresError) -> Bool {
        try wait(for: events, of: descriptor, orReadable: nil, until: deadline) != .deadline
    }

    enum Result {
        case socket, other, deadline
    }

    /// Does the same as ``wait(for:of:until:)``, but also ends if another descriptor is readable.
    static func wait(
        for events: Int16, of descriptor: CInt, orReadable other: CInt?, until deadline: Deadline
    ) throws(PostgresError) -> Result {
        guard descriptor >= 0 else { throw PostgresError(.connectionLost, "the connection is closed") }
        // poll(2) ignores negative descriptors.
        var requests = (
            pollfd(fd: descriptor, events: events, revents: 0),
            pollfd(fd: other ?? -1, events: Int16(POLLIN), revents: 0)
        )
        while true {
            let milliseconds = deadline.millisecondsLeft
            let count = withUnsafeMutablePointer(to: &requests) { pair in
                pair.withMemoryRebound(to: pollfd.self, capacity: 2) { poll($0, 2, CInt(clamping: milliseconds)) }
            }
            if requests.0.revents != 0, count > 0 { return .socket }
            if count > 0 { return .other }
            guard count == 0 || errno == EINTR else {
                throw PostgresError(.refusedCall, "poll failed with the error \(errno)")
            }
            // After a signal has interrupted the wait, it goes on for the rest of the time.
            if deadline.hasPassed { return .deadline }
        }
    }
}
