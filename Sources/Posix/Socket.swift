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

    /// Sends what the kernel takes of `bytes` from `start` on, and says how much that was; nil where it takes nothing now
    /// (send(2)).
    package func send(_ bytes: [UInt8], from start: Int) throws(SystemError) -> Int? {
        precondition(start < bytes.count, "there is something to send")
        let count = bytes.withUnsafeBytes { buffer in
            // Without the flag a peer that has gone would end the process with SIGPIPE.
            Self.retrying {
                Glibc.send(descriptor.rawValue, buffer.baseAddress! + start, buffer.count - start, CInt(MSG_NOSIGNAL))
            }
        }
        if count >= 0 { return count }
        guard errno == EAGAIN else { throw SystemError("send") }
        return nil
    }

    /// A call that a signal interrupted has said nothing about the socket; read as "not now", it would lose an edge.
    private static func retrying(_ call: () -> Int) -> Int {
        while true {
            let count = call()
            if count >= 0 || errno != EINTR { return count }
        }
    }

    /// Has closing tell the peer that something went wrong, in place of an end (SO_LINGER, socket(7)).
    package func resetWhenClosed() {
        var option = linger(l_onoff: 1, l_linger: 0)
        _ = setsockopt(descriptor.rawValue, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Tells the peer that nothing more comes, and goes on reading (shutdown(2)).
    package func finishSending() {
        // It fails where the peer has gone, and then reading says so.
        _ = shutdown(descriptor.rawValue, CInt(SHUT_WR))
    }
}

/// A socket that takes connections (listen(2)).
package struct ListeningSocket: ~Copyable, Sendable {
    package let descriptor: Descriptor
    package let endpoint: Endpoint
    /// Whether others listen on it before us and after us.
    private let isShared: Bool

    /// Connections that the kernel completes ahead of us; it caps this at net.core.somaxconn.
    private static let backlog: CInt = 4096
    /// What the kernel takes of an answer ahead of what the network has taken. Without it a client that never reads makes
    /// us write, and the kernel keep, megabytes for each of its connections (tcp(7), TCP_NOTSENT_LOWAT).
    private static let unsentBytesMax: CInt = 128 * 1024

    /// Listens on an endpoint; port 0 takes a free one. IPv6 alone is listened on where the address is IPv6, so that the
    /// same port can be had for both.
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

    /// Takes connections of a socket that somebody else listens on; who that is keeps it open (sd_listen_fds(3)).
    ///
    /// - Throws: what is wrong with it; ENOTSUP where it is no listening stream socket of IPv4 or IPv6.
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
        // Answers go out whole, so there is nothing to wait for.
        try enable(TCP_NODELAY, level: CInt(IPPROTO_TCP), raw)
        try set(TCP_NOTSENT_LOWAT, to: unsentBytesMax, level: CInt(IPPROTO_TCP), raw)
    }

    /// The next connection and where it comes from; nil where none waits (accept4(2)).
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
            // Errors of the connection itself, which is gone, are not the listener's.
            let isTransient = [EAGAIN, EINTR, ECONNABORTED, EPROTO, ENETDOWN, EHOSTUNREACH, ENETUNREACH].contains(errno)
            if isTransient { return nil }
            throw SystemError("accept4")
        }
        let socket = Socket(owning: raw)
        guard let peer else { return nil }
        return Accepted(socket: socket, peer: peer)
    }

    /// Lets the kernel refuse connections from now on, whoever still holds the descriptor (shutdown(2)). A shared socket would
    /// be at its end for the next process too: there connections wait for that.
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

    /// Nil for another family.
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
    /// Bounds how long a blocking call waits; over it, receiving and sending say that they would block (socket(7)).
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

    /// Whether there is something to receive within the time (poll(2)).
    package func waitUntilReadable(milliseconds: Int32) throws(SystemError) -> Bool {
        try descriptor.waitUntilReadable(milliseconds: milliseconds)
    }
}

extension ListeningSocket {
    /// Whether there is a connection to accept within the time (poll(2)).
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
