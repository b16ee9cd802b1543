import CLinux
import Glibc
import Posix
import Synchronization

/// A proxy between a client and a server on a Unix socket, which cuts or stalls connections at a chosen byte.
package final class CuttingProxy: Sendable {
    package struct Cut: Sendable {
        package enum Direction: CaseIterable, Sendable {
            case toServer, toClient
        }

        package let direction: Direction
        /// The bytes that still pass in this direction.
        package let bytes: Int
        /// False if the connection stays open and nothing passes any more.
        package let closes: Bool
        /// The text of the first bytes that count; `nil` if all do.
        private let text: String?

        package init(_ direction: Direction, after bytes: Int, closes: Bool = true) {
            (self.direction, self.bytes, self.closes, text) = (direction, bytes, closes, nil)
        }

        /// A stall before a message to the server that contains a text. A message that arrives in two parts may pass.
        package init(atMessageWith text: String) {
            (direction, bytes, closes, self.text) = (.toServer, 0, false, text)
        }

        fileprivate func counts(_ received: ArraySlice<UInt8>) -> Bool {
            text.map { received.firstRange(of: Array($0.utf8)) != nil } ?? true
        }
    }

    private struct State {
        var cut: Cut?
        /// The bytes that have passed in the direction of the cut since it was ordered.
        var passed = 0
        var isStalled = false
        var isClosed = false
        var sockets: Set<CInt> = []
    }

    private let listener: LoopbackListener
    private let target: String
    private let state = Mutex(State())
    private let acceptor = Mutex<Thread?>(nil)

    /// - Parameter target: the path of the server's socket.
    package init(to target: String) throws {
        listener = try LoopbackListener()
        self.target = target
        acceptor.withLock { $0 = Thread(name: "proxy") { [self] in acceptAll() } }
    }

    package var port: Int { listener.port }

    /// Orders the next cut, of whichever connection reaches it; `nil` for none. A stall ends.
    package func order(_ cut: Cut?) {
        state.withLock { ($0.cut, $0.passed, $0.isStalled) = (cut, 0, false) }
    }

    /// True if an ordered cut has not happened yet.
    package var isCutPending: Bool { state.withLock { $0.cut != nil } }

    /// Closes all connections and takes no others.
    package func close() {
        let thread = acceptor.withLock { thread in
            defer { thread = nil }
            return thread
        }
        guard let thread else { return }
        state.withLock { state in
            state.isClosed = true
            for socket in state.sockets { shutdown(socket, CInt(SHUT_RDWR)) }
        }
        listener.shutDown()
        thread.join()
        listener.close()
    }

    private func acceptAll() {
        var threads: [Thread] = []
        while let client = listener.accept() {
            threads.append(Thread(name: "proxied") { [self] in forward(client) })
        }
        for thread in threads { thread.join() }
    }

    private func forward(_ client: CInt) {
        guard let server = connectToServer() else {
            Glibc.close(client)
            return
        }
        let isOpen = state.withLock { state in
            guard !state.isClosed else { return false }
            state.sockets.formUnion([client, server])
            return true
        }
        var requests = [
            pollfd(fd: client, events: Int16(POLLIN), revents: 0),
            pollfd(fd: server, events: Int16(POLLIN), revents: 0),
        ]
        while isOpen {
            // Stalled connections look again now and then.
            guard poll(&requests, 2, 5) >= 0 || errno == EINTR else { break }
            let isStalled = state.withLock { $0.isStalled && !$0.isClosed }
            if isStalled {
                sleepBriefly()
                continue
            }
            if requests[0].revents != 0, !pass(from: client, to: server, .toServer) { break }
            if requests[1].revents != 0, !pass(from: server, to: client, .toClient) { break }
            if state.withLock({ $0.isClosed }) { break }
        }
        state.withLock { $0.sockets.subtract([client, server]) }
        Glibc.close(client)
        Glibc.close(server)
    }

    /// Passes on what has arrived. Returns false if the connection is to be closed.
    private func pass(from source: CInt, to target: CInt, _ direction: Cut.Direction) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        let count = read(source, &buffer, buffer.count)
        guard count > 0 else { return false }
        let (allowed, isCut, closes) = state.withLock { state -> (Int, Bool, Bool) in
            guard let cut = state.cut, cut.direction == direction, cut.counts(buffer[..<count]) else {
                return (count, false, false)
            }
            let allowed = min(count, cut.bytes - state.passed)
            state.passed += count
            guard state.passed >= cut.bytes else { return (allowed, false, false) }
            state.cut = nil
            state.isStalled = !cut.closes
            return (allowed, true, cut.closes)
        }
        var sent = 0
        while sent < allowed {
            let written = buffer[sent..<allowed].withUnsafeBytes {
                send(target, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            guard written > 0 else { return false }
            sent += written
        }
        return !(isCut && closes)
    }

    private func connectToServer() -> CInt? {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array(target.utf8)
        precondition(
            path.count < MemoryLayout.size(ofValue: address.sun_path), "the socket's path must fit its address")
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isConnected else {
            Glibc.close(descriptor)
            return nil
        }
        return descriptor
    }
}
