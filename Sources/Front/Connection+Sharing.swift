import HTTP

/// Sharing the loop with other clients.
extension Connection {
    /// True if it takes its turn among those whose steps cost much.
    var isDear: Bool { awaitsPart || cost.isDear }

    /// Makes a proxy's connection a part of the request's client. Returns false if it was a part of another one: then the
    /// request waits for that client's turn.
    func joinClient(of request: Request) -> Bool {
        let client = loop.handler.client(of: request).network
        guard client != share.network else { return true }
        share.heldBytes -= bufferedBytes
        loop.leaveShare(self)
        share = loop.joinShare(self, of: client)
        share.heldBytes += bufferedBytes
        return false
    }

    /// Answers a request, unless its client has as many in progress through proxies as an address may have connections.
    func answer(_ request: Request) {
        guard isProxied, share.network != peerAddress.network else { return respond(to: request) }
        guard loop.admission.admitProxied(share.network) else { return refuseProxied(request) }
        countedNetwork = share.network
        respond(to: request)
    }

    /// The connection is the proxy's, and lives on for its other clients.
    private func refuseProxied(_ request: Request) {
        begin(request)
        loop.counters.refused.add()
        take(loop.handler.response(to: EventLoop.tooManyConnections.of(request.headers)))
    }

    /// The request that was counted for a proxy's client is answered.
    func uncount() {
        guard let network = countedNetwork else { return }
        countedNetwork = nil
        loop.admission.releaseProxied(network)
    }

    /// The highest rank that is closed for another connection of the same client.
    static let ofSameClientRankMax = 1
    /// The highest rank that is closed, of the client that has most connections, for another client.
    static let ofGreediestClientRankMax = 2

    /// How readily it is closed to make room for another client's connection: the lower, the sooner; `nil` if it is not. A
    /// connection without a request comes first, then one with a part of a head, then a stream, whose client comes back to
    /// where it was.
    var closingRank: Int? {
        switch (stage, wait) {
        case (.reading, .idle) where input.isEmpty && !isRunnable: 0
        case (.reading, .head) where !isRunnable: 1
        case (.following, _): 2
        default: nil
        }
    }
}
