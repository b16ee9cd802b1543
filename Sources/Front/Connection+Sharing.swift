import HTTP

/// Sharing the loop with other clients.
extension Connection {
    /// True if the connection takes turns with those whose steps are costly.
    var isDear: Bool { state.partTurn == .waitsForTurn || cost.isDear }

    /// Moves a proxy's connection to the client of `request`. Returns false if it belonged to another client: then the
    /// request waits for the turn of its own client.
    func joinClient(of request: Request) -> Bool {
        let client = loop.handler.client(of: request).network
        guard client != share.network else { return true }
        move(to: client)
        return false
    }

    /// Moves a proxy's connection back to the proxy, when it waits for a request. That may be of any client, so it must
    /// not wait for the turns of the last one until it is parsed, and its cost is unknown.
    func leaveClient() {
        guard isProxied, share.network != peerAddress.network else { return }
        move(to: peerAddress.network)
        cost = StepCost()
    }

    private func move(to network: IPAddress) {
        share.heldBytes -= bufferedBytes
        loop.leaveShare(self)
        share = loop.joinShare(self, of: network)
        share.heldBytes += bufferedBytes
    }

    /// Gives a request to the handler, unless its client has as many requests in progress through proxies as one
    /// address may have connections.
    func admit(_ request: Request) {
        guard isProxied, share.network != peerAddress.network else { return respond(to: request) }
        guard loop.admission.admitProxied(share.network) else { return refuseProxied(request) }
        countedNetwork = share.network
        respond(to: request)
    }

    /// Refuses a proxy's request. The connection persists, because the proxy uses it for other clients too.
    private func refuseProxied(_ request: Request) {
        begin(request)
        loop.counters.refused.add()
        take(loop.handler.response(to: EventLoop.tooManyConnections.of(request.headers)))
    }

    /// Ends the counting of a request for a proxy's client.
    func uncount() {
        guard let network = countedNetwork else { return }
        countedNetwork = nil
        loop.admission.releaseProxied(network)
    }

    /// The rank in the order in which connections are closed to make room; see
    /// ``ConnectionState/closingRank(hasUnreadInput:)``.
    var closingRank: Int? {
        // The next step of a runnable connection may be a request.
        if case .reading = state.stage, isRunnable { return nil }
        return state.closingRank(hasUnreadInput: !input.isEmpty)
    }
}
