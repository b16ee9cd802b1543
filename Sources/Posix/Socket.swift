import CLinux
import Glibc

/// A connected TCP socket that never blocks (tcp(7)).
package struct Socket: ~Copyable, Sendable {
    package let descriptor: Descriptor

    package enum Received: Sendable {
        case bytes(Int)
        /// Nothing is there yet.
        case wouldBlock
        /// The peer sends no more.
        case end
    }

    init(owning rawValue: CInt) {
        descriptor = Descriptor(owning: rawValue)
    }

    /// Connects and waits until that is done; for clients, which may block (connect(2)). Given a time, that bounds each
    /// wait, that of receiving and sending too.
    package init(connectingTo endpoint: Endpoint, withinSeconds seconds: Int? = nil) throws(SystemError) {
        let raw = socket(endpoint.family, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard raw >= 0 else { throw SystemError("socket") }
        let descriptor = Descriptor(owning: raw)
        if let seconds { try Self.limitWaiting(of: descriptor, seconds: seconds) }
        guard endpoint.withSocketAddress({ connect(raw, $0, $1) }) == 0 else { throw SystemError("connect") }
        self.descriptor = descriptor
    }

    /// Receives into the front of `buffer` (recv(2)).
    package func receive(into buffer: inout [UInt8]) throws(SystemError) -> Received {
        precondition(!buffer.isEmpty, "an empty buffer would read as the end")
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
        precondition(start < bytes.count, "there is something to send")
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

/// A socket that takes connections (listen(2)).
package struct ListeningSocket: ~Copyable, Sendable {
    package let descriptor: Descriptor
    package let endpoint: Endpoint
    /// True if other processes listen on the socket before or after this one.
    private let isShared: Bool

    /// Connections that the kernel completes ahead of us; it caps this at net.core.somaxconn.
    private static let backlog: CInt = 4096
    /// The most bytes of a response that the kernel takes ahead of the network. Without this limit, a client that never
    /// reads would make the server write, and the kernel hold, megabytes for each connection (tcp(7),
    /// TCP_NOTSENT_LOWAT).
    private static let unsentBytesMax: CInt = 128 * 1024

    /// Listens on an endpoint; port 0 takes a free port. A socket on an IPv6 address accepts IPv6 alone, so that the
    /// same port is available for both families.
    package init(on requested: Endpoint) throws(SystemError) {
        let flags = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let raw = socket(requested.family, CInt(flags), 0)
        guard raw >= 0 else { throw SystemError("socket") }
        let descriptor = Descriptor(owning: raw)
        // Without SO_REUSEADDR a restart would wait for old connections to leave TIME_WAIT.
        try Self.enable(SO_REUSEADDR, level: SOL_SOCKET, raw)
        if requested.family == AF_INET6 { try Self.enable(IPV6_V6ONLY, level: CInt(IPPROTO_IPV6), raw) }
        try Self.tuneAccepted(by: raw)
        guard requested.withSocketAddress({ bind(raw, $0, $1) }) == 0 else { throw SystemError("bind") }
        guard listen(raw, Self.backlog) == 0 else { throw SystemError("listen") }
        endpoint = requested.with(port: try Self.localEndpoint(of: raw)?.port ?? requested.port)
        self.descriptor = descriptor
        isShared = false
    }

    /// Accepts connections from a socket that the service manager listens on and keeps open (sd_listen_fds(3)).
    ///
    /// - Throws: ENOTSUP if it is not a listening stream socket of IPv4 or IPv6, or the error of a call.
    package init(passed socket: PassedSocket) throws(SystemError) {
        let raw = socket.descriptor
        let isListening = try Self.option(SO_ACCEPTCONN, raw) == 1
        let isStream = try Self.option(SO_TYPE, raw) == CInt(SOCK_STREAM.rawValue)
        guard isListening, isStream, let endpoint = try Self.localEndpoint(of: raw) else {
            throw SystemError(code: ENOTSUP, call: "accept4")
        }
        let flags = fcntl(raw, F_GETFL)
        guard flags >= 0, fcntl(raw, F_SETFL, flags | O_NONBLOCK) == 0, fcntl(raw, F_SETFD, FD_CLOEXEC) == 0 else {
            throw SystemError("fcntl")
        }
        try Self.tuneAccepted(by: raw)
        self.endpoint = endpoint
        descriptor = Descriptor(owning: raw)
        isShared = true
    }

    /// Sets what accepted sockets inherit.
    private static func tuneAccepted(by raw: CInt) throws(SystemError) {
        // Responses are sent whole, so waiting for more bytes gains nothing.
        try enable(TCP_NODELAY, level: CInt(IPPROTO_TCP), raw)
        try set(TCP_NOTSENT_LOWAT, to: unsentBytesMax, level: CInt(IPPROTO_TCP), raw)
    }

    /// Returns the next connection and its peer, or `nil` if none waits (accept4(2)).
    package func accept() throws(SystemError) -> Accepted? {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let flags = CInt(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let (raw, peer) = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                let raw = accept4(descriptor.rawValue, pointer, &length, flags)
                return (raw, raw >= 0 ? Endpoint(pointer) : nil)
            }
        }
        guard raw >= 0 else {
            // These errors belong to a connection that has ended, not to the listener.
            let isTransient = [EAGAIN, EINTR, ECONNABORTED, EPROTO, ENETDOWN, EHOSTUNREACH, ENETUNREACH].contains(errno)
            if isTransient { return nil }
            throw SystemError("accept4")
        }
        let socket = Socket(owning: raw)
        guard let peer else { return nil }
        return Accepted(socket: socket, peer: peer)
    }

    /// Makes the kernel refuse further connections, even if another process holds the descriptor (shutdown(2)). A
    /// shared socket stays open: the next process accepts the connections that wait on it.
    package func refuseFurther() {
        guard !isShared else { return }
        _ = shutdown(descriptor.rawValue, CInt(SHUT_RDWR))
    }

    package struct Accepted: ~Copyable, Sendable {
        package var socket: Socket
        package let peer: Endpoint

        package consuming func takeSocket() -> Socket { socket }
    }

    private static func enable(_ option: CInt, level: CInt, _ raw: CInt) throws(SystemError) {
        try set(option, to: 1, level: level, raw)
    }

    private static func set(_ option: CInt, to value: CInt, level: CInt, _ raw: CInt) throws(SystemError) {
        var value = value
        guard setsockopt(raw, level, option, &value, socklen_t(MemoryLayout<CInt>.size)) == 0 else {
            throw SystemError("setsockopt")
        }
    }

    private static func option(_ option: CInt, _ raw: CInt) throws(SystemError) -> CInt {
        var value: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        guard getsockopt(raw, SOL_SOCKET, option, &value, &length) == 0 else { throw SystemError("getsockopt") }
        return value
    }

    /// Returns `nil` for other address families than IPv4 and IPv6.
    private static func localEndpoint(of raw: CInt) throws(SystemError) -> Endpoint? {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return try withUnsafeMutablePointer(to: &address) { pointer throws(SystemError) in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer throws(SystemError) in
                guard getsockname(raw, pointer, &length) == 0 else { throw SystemError("getsockname") }
                return Endpoint(pointer)
            }
        }
    }
}

/// Waiting, for clients and tests that have a thread to wait on.
extension Socket {
    /// Limits the wait of blocking calls. After that time, receiving and sending report that they would block
    /// (socket(7)).
    package func limitWaiting(seconds: Int) throws(SystemError) {
        try Self.limitWaiting(of: descriptor, seconds: seconds)
    }

    fileprivate static func limitWaiting(of descriptor: borrowing Descriptor, seconds: Int) throws(SystemError) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            let length = socklen_t(MemoryLayout<timeval>.size)
            guard setsockopt(descriptor.rawValue, SOL_SOCKET, option, &time, length) == 0 else {
                throw SystemError("setsockopt")
            }
        }
    }

    /// Waits until bytes can be received, and returns false if the time passes first (poll(2)).
    package func waitUntilReadable(milliseconds: Int32) throws(SystemError) -> Bool {
        try descriptor.waitUntilReadable(milliseconds: milliseconds)
    }
}

extension ListeningSocket {
    /// Waits until a connection can be accepted, and returns false if the time passes first (poll(2)).
    package func waitUntilReadable(milliseconds: Int32) throws(SystemError) -> Bool {
        try descriptor.waitUntilReadable(milliseconds: milliseconds)
    }
}

extension Descriptor {
    fileprivate func waitUntilReadable(milliseconds: Int32) throws(SystemError) -> Bool {
        var request = pollfd(fd: rawValue, events: Int16(POLLIN), revents: 0)
        let count = poll(&request, 1, milliseconds)
        guard count >= 0 || errno == EINTR else { throw SystemError("poll") }
        return count > 0
    }
}
