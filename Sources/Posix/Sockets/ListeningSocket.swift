import CLinux
import Glibc

/// A socket that takes connections (listen(2)).
package struct ListeningSocket: ~Copyable, Sendable {
    package let descriptor: Descriptor
    package let endpoint: Endpoint
    /// True if other processes listen on the socket before or after this one.
    package let isShared: Bool

    /// The number of connections that the kernel completes before they are accepted; net.core.somaxconn may lower it.
    private static let backlog: CInt = 4096
    /// The most bytes of a response that the kernel takes ahead of the network. Without this limit, a client that never
    /// reads would make the server write, and the kernel hold, megabytes for each connection (tcp(7),
    /// TCP_NOTSENT_LOWAT).
    private static let unsentBytesMax: CInt = 128 * 1024

    /// Listens on an endpoint; port 0 takes a free port. A socket on an IPv6 address accepts IPv6 alone, so that the
    /// same port is available for both families.
    package init(on requested: Endpoint) throws(SystemError) {
        let flags = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let descriptor = try Descriptor.opened("socket") { socket(requested.family, CInt(flags), 0) }
        // Without SO_REUSEADDR a restart would wait for old connections to leave TIME_WAIT.
        try Self.enable(SO_REUSEADDR, level: SOL_SOCKET, descriptor.rawValue)
        if requested.family == AF_INET6 { try Self.enable(IPV6_V6ONLY, level: CInt(IPPROTO_IPV6), descriptor.rawValue) }
        try Self.tuneAccepted(by: descriptor.rawValue)
        guard requested.withSocketAddress({ bind(descriptor.rawValue, $0, $1) }) == 0 else { throw SystemError("bind") }
        try systemCall("listen") { listen(descriptor.rawValue, Self.backlog) }
        endpoint = requested.with(port: try Self.localEndpoint(of: descriptor.rawValue)?.port ?? requested.port)
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
    ///
    /// - Throws: the error of the call, also that of a connection (``SystemError/isOfAcceptedConnection``).
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
            if errno == EAGAIN { return nil }
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
        try systemCall("getsockopt") { getsockopt(raw, SOL_SOCKET, option, &value, &length) }
        return value
    }

    /// Returns `nil` for other address families than IPv4 and IPv6.
    private static func localEndpoint(of raw: CInt) throws(SystemError) -> Endpoint? {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return try withUnsafeMutablePointer(to: &address) { pointer throws(SystemError) in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer throws(SystemError) in
                try systemCall("getsockname") { getsockname(raw, pointer, &length) }
                return Endpoint(pointer)
            }
        }
    }
}

extension ListeningSocket {
    /// Waits until a connection can be accepted, and returns false if the time passes first (poll(2)).
    package func waitUntilReadable(milliseconds: Int32) throws(SystemError) -> Bool {
        try descriptor.waitUntilReadable(milliseconds: milliseconds)
    }
}
