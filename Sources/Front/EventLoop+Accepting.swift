import HTTP
import Posix

/// Accepting connections.
extension EventLoop {
    /// The number of connections that one loop accepts in a turn, so that the other loops get a share if many arrive at
    /// once.
    private static let acceptsPerTurnMax = 4
    /// The same number for a loop that has work left from its last turn. With the smaller one, the kernel's queue would
    /// grow faster than it is emptied.
    private static let acceptsPerLongTurnMax = 64
    /// The time for which accepting rests if no descriptor is left. New connections wait in the kernel.
    private static let acceptPauseNanoseconds: Int64 = 100_000_000

    /// The number of connections that are accepted from a listener at a stop: as many as the kernel keeps (listen(2)).
    private static let acceptsAtStopMax = 4096

    static let tooManyConnections = RequestError(.serviceUnavailable, "There are too many connections.")

    func startAccepting() throws(SystemError) {
        for (index, listener) in listeners.enumerated() {
            try poller.addShared(listener.socket.descriptor, token: listenerToken(index))
        }
    }

    func stopAccepting() {
        // While accepting rests, the poller does not contain the listeners.
        guard exchange(&acceptsAgainAt, with: nil) == nil else { return }
        for listener in listeners { try? poller.remove(listener.socket.descriptor) }
    }

    /// Lets accepting rest, because no descriptor or no memory is left. The listeners stay readable, so a loop that
    /// waited for them would spin.
    func pauseAccepting() {
        stopAccepting()
        acceptsAgainAt = now + Self.acceptPauseNanoseconds
    }

    func resumeAccepting() {
        acceptsAgainAt = nil
        do throws(SystemError) { try startAccepting() } catch { pauseAccepting() }
    }

    func accept(from listener: Listener) {
        guard !isStopping, acceptsAgainAt == nil else { return }
        do throws(SystemError) {
            try accept(atMost: isBehind ? Self.acceptsPerLongTurnMax : Self.acceptsPerTurnMax) {
                () throws(SystemError) in try listener.socket.accept()
            }
        } catch {
            pauseAccepting()
        }
    }

    /// Accepts connections until none waits, and begins each here or on another loop.
    ///
    /// - Parameters:
    ///   - countMax: the most calls of `next`.
    ///   - next: accepts the next connection; `nil` if none waits.
    /// - Throws: the error of the listener. A connection that has ended while it waited does not keep the next one
    ///   waiting.
    func accept(
        atMost countMax: Int, _ next: () throws(SystemError) -> ListeningSocket.Accepted?
    ) throws(SystemError) {
        for _ in 0..<countMax {
            do throws(SystemError) {
                guard let accepted = try next() else { return }
                let peer = accepted.peer
                if let inbox = balance.place(acceptedBy: number) {
                    let arrival = Arrival(accepted.takeSocket(), from: peer)
                    inbox.put { $0.arrivals.append(arrival) }
                } else {
                    begin(accepted.takeSocket(), from: peer)
                }
            } catch {
                guard error.isOfAcceptedConnection else { throw error }
            }
        }
    }

    /// Lets another loop accept the next connection.
    ///
    /// For a new connection, the kernel wakes the loop that was added to the listener longest ago (EPOLLEXCLUSIVE,
    /// epoll_ctl(2)). If the loops kept their places, one of them would accept nearly all connections that arrive one
    /// by one, and would do alone what all loops could share.
    func stepBack(from listener: Listener, token: UInt64) {
        guard configuration.eventLoops > 1, acceptsAgainAt == nil, !isStopping else { return }
        do throws(SystemError) {
            try poller.remove(listener.socket.descriptor)
            try poller.addShared(listener.socket.descriptor, token: token)
        } catch {
            pauseAccepting()
        }
    }

    /// Accepts the connections that wait in the kernel at a stop, and has the listener refuse others: the kernel resets
    /// those that wait then. Each may have one request, if there is room for it.
    func acceptLast(from listener: Listener) {
        // The next process accepts those that wait on a shared socket.
        guard !listener.socket.isShared else { return }
        try? accept(atMost: Self.acceptsAtStopMax) { () throws(SystemError) in try listener.socket.accept() }
        listener.socket.refuseFurther()
    }

    /// Begins connections that other loops have accepted, even while this loop stops: each may still have one request.
    func begin(_ arrivals: [Arrival]) {
        for arrival in arrivals {
            guard let socket = arrival.take() else { preconditionFailure("an arrival must be taken once") }
            begin(socket, from: arrival.peer)
        }
    }

    /// Begins a connection that is counted in `balance`.
    private func begin(_ socket: consuming Socket, from endpoint: Endpoint) {
        let peer = IPAddress(bytes: endpoint.address)
        let isProxied = handler.isProxy(peer)
        guard admit(peer.network, isProxied: isProxied) else {
            balance.release(by: number)
            return refuse(socket)
        }
        counters.accepted.add()
        var taken: Socket? = consume socket
        let share = share(ClientShare.Key(network: peer.network, isProxy: isProxied))
        if isProxied { lastProxy = share.key }
        let connection = connections.insert { token in
            Connection(
                socket: taken.take()!, peer: peer, isProxied: isProxied, share: share, token: token, loop: self)
        }
        share.add(connection)
        do throws(SystemError) {
            try connection.register(with: poller)
        } catch {
            return remove(connection)
        }
        makeRunnable(connection)
    }

    /// Counts a connection if there is room for it. If not, closes another one to make room: one of the same client, if
    /// that has reached the limit for one client, or one of the client with the most connections, if the limit for all
    /// is reached.
    private func admit(_ network: IPAddress, isProxied: Bool) -> Bool {
        let client = isProxied ? nil : network
        var result = admission.admit(client, now: now)
        // Both limits may be reached, so a second connection may have to be closed.
        for _ in 0..<2 {
            switch result {
            case .admitted: return true
            case .tooManyOfClient:
                let rankMax = ConnectionState.ofSameClientRankMax
                guard closeConnection(of: ClientShare.Key(network: network), rankMax: rankMax) else { return false }
            case .tooManyInAll(let greediest, let isGreedier):
                guard closeConnection(ofGreediest: greediest, isGreedier: isGreedier) else { return false }
            }
            result = admission.admit(client, now: now)
        }
        return result == .admitted
    }

    /// The most searches for a connection that is not in use. Each looks at some of the client's connections. If none
    /// finds one, a connection is closed whose client is reading.
    private static let searchesMax = 4

    /// Closes a connection of the client that has the most of them, or else a proxy's.
    ///
    /// - Parameter isGreedier: true if the client has more of them than the one that needs room would have.
    private func closeConnection(ofGreediest network: IPAddress, isGreedier: Bool) -> Bool {
        let rankMax = isGreedier ? ConnectionState.ofGreediestClientRankMax : ConnectionState.ofSameClientRankMax
        let key = ClientShare.Key(network: network)
        let searchCount = min(Self.searchesMax, shares[key]?.searchesOfAll ?? 0)
        for _ in 0..<searchCount where closeConnection(of: key, rankMax: rankMax) { return true }
        if closeProxysConnection() { return true }
        return isGreedier && closeConnection(of: key, rankMax: ConnectionState.ofGreediestClientAtLastRankMax)
    }

    /// Closes a connection that a proxy keeps for later, or on which it has sent half a request. These count for no
    /// client yet.
    private func closeProxysConnection() -> Bool {
        guard let lastProxy else { return false }
        return closeConnection(of: lastProxy, rankMax: ConnectionState.ofGreediestClientRankMax)
    }

    private func closeConnection(of key: ClientShare.Key, rankMax: Int) -> Bool {
        guard let connection = shares[key]?.connectionToClose(rankMax: rankMax) else { return false }
        counters.closedForOthers.add()
        connection.end()
        return true
    }

    /// Responds to a connection for which there is no room, without waiting. The bytes of a request that have arrived
    /// are received, because closing with unread bytes would reset the connection.
    private func refuse(_ socket: borrowing Socket) {
        counters.refused.add()
        let response = handler.response(to: Self.tooManyConnections)
        var bytes: [UInt8] = []
        Encoder.encode(
            response, .init(keepsAlive: false, isHTTP11: true, omitsBody: false, date: date), into: &bytes)
        _ = try? socket.send(bytes, from: 0)
        socket.finishSending()
        _ = try? socket.receive(into: &receiveBuffer)
    }
}
