import CLinux
import Glibc

/// A connected TCP socket that never blocks (tcp(7)).
package struct Socket: ~Copyable, Sendable {
    package let descriptor: Descriptor

    package enum Received: Sendable {
        case bytes(Int)
        /// No bytes have arrived yet.
        case wouldBlock
        /// The peer sends no more.
        case end
    }

    init(owning rawValue: CInt) {
        descriptor = Descriptor(owning: rawValue)
    }

    /// Connects, and waits until the connection is made (connect(2)). This is for clients, which may block. `seconds`
    /// limits each wait, including those for receiving and sending; `nil` for no limit.
    package init(connectingTo endpoint: Endpoint, withinSeconds seconds: Int? = nil) throws(SystemError) {
        let descriptor = try Descriptor.opened("socket") {
            socket(endpoint.family, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        }
        if let seconds { try descriptor.limitWaiting(milliseconds: seconds * 1000) }
        guard endpoint.withSocketAddress({ connect(descriptor.rawValue, $0, $1) }) == 0 else {
            throw SystemError("connect")
        }
        self.descriptor = descriptor
    }

    /// Receives into the front of `buffer` (recv(2)).
    package func receive(into buffer: inout [UInt8]) throws(SystemError) -> Received {
        precondition(!buffer.isEmpty, "buffer must not be empty")
        let count = buffer.withUnsafeMutableBytes { buffer in
            Self.retrying { recv(descriptor.rawValue, buffer.baseAddress, buffer.count, 0) }
        }
        if count > 0 { return .bytes(count) }
        if count == 0 { return .end }
        guard errno == EAGAIN else { throw SystemError("recv") }
        return .wouldBlock
    }

    /// Sends as much of `bytes` from `start` on as the kernel takes, and returns that count; `nil` if the kernel takes
    /// nothing now (send(2)).
    package func send(_ bytes: [UInt8], from start: Int) throws(SystemError) -> Int? {
        precondition(start < bytes.count, "bytes must not be empty")
        let count = bytes.withUnsafeBytes { buffer in
            // Without the flag, sending to a closed connection would end the process with SIGPIPE.
            Self.retrying {
                Glibc.send(descriptor.rawValue, buffer.baseAddress! + start, buffer.count - start, CInt(MSG_NOSIGNAL))
            }
        }
        if count >= 0 { return count }
        guard errno == EAGAIN else { throw SystemError("send") }
        return nil
    }

    /// Repeats a call that a signal interrupted. EINTR reveals nothing about the socket; taking it for "not now" would
    /// lose an edge.
    private static func retrying(_ call: () -> Int) -> Int {
        while true {
            let count = call()
            if count >= 0 || errno != EINTR { return count }
        }
    }

    /// Makes closing reset the connection, so that the peer sees an error instead of an orderly end (SO_LINGER,
    /// socket(7)).
    package func resetWhenClosed() {
        var option = linger(l_onoff: 1, l_linger: 0)
        _ = setsockopt(descriptor.rawValue, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Ends the sending direction; receiving goes on (shutdown(2)).
    package func finishSending() {
        // It fails if the peer has closed the connection; the next read reports that.
        _ = shutdown(descriptor.rawValue, CInt(SHUT_WR))
    }
}

extension Socket {
    /// Limits the wait of blocking calls. After that time, receiving and sending report that they would block
    /// (socket(7)).
    package func limitWaiting(seconds: Int) throws(SystemError) {
        try descriptor.limitWaiting(milliseconds: seconds * 1000)
    }

    /// Waits until bytes can be received, and returns false if the time passes first (poll(2)).
    package func waitUntilReadable(milliseconds: Int32) throws(SystemError) -> Bool {
        try descriptor.waitUntilReadable(milliseconds: milliseconds)
    }
}
