import HTTP
import Posix

/// Accepting connections.
extension EventLoop {
    /// Connections that one loop accepts in a turn; the other loops get their share of a crowd that comes at once.
    private static let acceptsPerTurnMax = 4
    /// The same while turns are as long as they may be: then the kernel's queue would grow faster than it is emptied.
    private static let acceptsPerLongTurnMax = 64
    /// How long accepting rests where no descriptor is left; those that wait do so in the kernel.
    private static let acceptPauseNanoseconds: Int64 = 100_000_000

    static let tooManyConnections = RequestError(.serviceUnavailable, "There are too many connections.")

    func startAccepting() throws(SystemError) {
        for (index, listener) in listeners.enumerated() {
            try poller.addShared(listener.socket.descriptor, token: Self.firstListenerToken + UInt64(index))
        }
    }

    func stopAccepting() {
        // While accepting rests, the listeners are not in the poller.
        guard exchange(&acceptsAgainAt, with: nil) == nil else { return }
        for listener in listeners { try? poller.remove(listener.socket.descriptor) }
    }

    func accept(from listener: Listener) {
        guard !isStopping, acceptsAgainAt == nil else { return }
        for _ in 0..<(isBehind ? Self.acceptsPerLongTurnMax : Self.acceptsPerTurnMax) {
            do throws(SystemError) {
                guard let accepted = try listener.socket.accept() else { return }
                let peer = accepted.peer
                begin(accepted.takeSocket(), from: peer)
            } catch {
                pauseAccepting()
                return
            }
        }
    }

    /// Lets the other loops have the next connection. The kernel wakes the loop that has waited longest for the listener
    /// since it was added (EPOLLEXCLUSIVE, epoll_ctl(2)): left in its place, one loop would get nearly all that come one by
    /// one, and do alone what all of them could share.
    func stepBack(from listener: Listener, token: UInt64) {
        guard configuration.eventLoops > 1, acceptsAgainAt == nil, !isStopping else { return }
        do throws(SystemError) {
            try poller.remove(listener.socket.descriptor)
            try poller.addShared(listener.socket.descriptor, token: token)
        } catch {
            pauseAccepting()
        }
    }

    /// No descriptor or no memory is left. The listeners stay readable: waiting for them would spin.
    func pauseAccepting() {
        stopAccepting()
        acceptsAgainAt = now + Self.acceptPauseNanoseconds
    }

    private func begin(_ socket: consuming Socket, from endpoint: Endpoint) {
        let peer = IPAddress(bytes: endpoint.address)
        let isProxied = handler.isProxy(peer)
        guard admit(peer.network, isProxied: isProxied) else {
            refuse(socket)
            return
        }
        counters.accepted.add()
        var taken: Socket? = consume socket
        let share = share(of: peer.network)
        let connection = connections.insert { token in
            Connection(
                socket: taken.take()!, peer: peer, isProxied: isProxied, share: share, token: token, loop: self)
        }
        share.add(connection)
        do throws(SystemError) {
            try connection.register(with: poller)
        } catch {
            remove(connection)
            return
        }
        makeRunnable(connection)
    }

    /// Counts a connection if there is room, or if another one can be closed to make room: one of the same client that has
    /// as many as it may have, or of the client that has most if there are too many in all.
    private func admit(_ network: IPAddress, isProxied: Bool) -> Bool {
        let client = isProxied ? nil : network
        var answer = admission.admit(client, now: now)
        // The second room is needed if the first was made at the client's limit.
        for _ in 0..<2 {
            switch answer {
            case .admitted: return true
            case .tooManyOfClient:
                guard closeConnection(of: network, rankMax: Connection.ofSameClientRankMax) else { return false }
            case .tooManyInAll(let greediest, let isGreedier):
                let rankMax = isGreedier ? Connection.ofGreediestClientRankMax : Connection.ofSameClientRankMax
                guard closeConnection(of: greediest, rankMax: rankMax) else { return false }
            }
            answer = admission.admit(client, now: now)
        }
        return answer == .admitted
    }

    private func closeConnection(of network: IPAddress, rankMax: Int) -> Bool {
        guard let connection = existingShare(of: network)?.connectionToClose(rankMax: rankMax) else { return false }
        counters.closedForOthers.add()
        connection.end()
        return true
    }

    /// Answers a connection for which there is no room, as far as that goes without waiting. What has come of a request is
    /// read away: left there, it would make closing a reset.
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
