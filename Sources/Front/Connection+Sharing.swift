import HTTP

/// Sharing the loop with other clients.
extension Connection {
    /// True if the connection takes turns with those whose steps are costly.
    var isCostly: Bool { state.partTurn == .waitsForTurn || cost.isCostly }

    /// True if the connection is a proxy's, and belongs to a client now.
    private var isOfProxiedClient: Bool { isProxied && !share.key.isProxy }

    /// The cost of the last steps: of the connection, or of the client for which a proxy's connection has a request.
    private var cost: StepCost { isOfProxiedClient ? share.proxiedCost : ownCost }

    /// Takes note of the time of a step, which the connection began as a member of `share`.
    func note(_ nanoseconds: Int64, in share: ClientShare) {
        if !isProxied {
            ownCost.note(nanoseconds)
        } else if !share.key.isProxy {
            share.proxiedCost.note(nanoseconds)
        }
    }

    /// Moves a proxy's connection to the client of `request`. Returns false if it belonged to another client: then the
    /// request waits for the turn of its own client.
    func joinClient(of request: Request) -> Bool {
        let client = loop.handler.client(of: request)
        // A request that names no client is the proxy's own.
        let key = client == peerAddress ? proxysOwn : ClientShare.Key(network: client.network)
        guard key != share.key else { return true }
        move(to: key)
        return false
    }

    /// The share of a proxy's connections that wait for a request.
    private var proxysOwn: ClientShare.Key { ClientShare.Key(network: peerAddress.network, isProxy: true) }

    /// Moves a proxy's connection back to the proxy, when it waits for a request. That may be of any client, so it must
    /// not wait for the turns of the last one until it is parsed.
    func leaveClient() {
        guard isOfProxiedClient else { return }
        move(to: proxysOwn)
    }

    private func move(to key: ClientShare.Key) {
        share.heldBytes -= bufferedBytes
        loop.leaveShare(self)
        share = loop.joinShare(self, key)
        share.heldBytes += bufferedBytes
    }

    /// Gives a request to the handler, unless its client has as many requests in progress through proxies as one
    /// address may have connections.
    func admit(_ request: Request) {
        guard isOfProxiedClient else { return respond(to: request) }
        guard loop.admission.admitProxied(share.network) else {
            loop.counters.refused.add()
            return refuse(request, EventLoop.tooManyConnections)
        }
        countedNetwork = share.network
        respond(to: request)
    }

    /// Refuses a proxy's request. The connection persists, because the proxy uses it for other clients too.
    func refuse(_ request: Request, _ error: RequestError) {
        begin(request)
        take(loop.handler.response(to: error.of(request.headers)))
    }

    /// Ends the counting of a request for a proxy's client.
    func endCounting() {
        guard let network = countedNetwork else { return }
        countedNetwork = nil
        loop.admission.releaseProxied(network)
    }

    /// The rank in the order in which connections are closed to make room; see
    /// ``ConnectionState/closingRank(hasUnreadInput:)``.
    var closingRank: Int? {
        switch state.stage {
        case .reading where state.timer.event != .writing:
            // The next step of a runnable connection may be a request, and so may be bytes that the kernel still has.
            if isRunnable || state.input.mayReceive { return nil }
        case .reading, .streaming, .closing:
            // The client of a runnable connection has just read something.
            if isRunnable { return nil }
        case .holding, .responding, .following, .lingering, .ended: break
        }
        return state.closingRank(hasUnreadInput: !input.isEmpty)
    }
}
