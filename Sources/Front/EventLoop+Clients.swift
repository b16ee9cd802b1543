import HTTP

/// The clients' shares of the loop.
extension EventLoop {
    /// The client's share, which is made if the loop has none.
    func share(of network: IPAddress) -> ClientShare {
        if let share = shares[network] { return share }
        let share = ClientShare(network: network)
        if let cost = recentCosts.take(of: network) { share.proxiedCost = cost }
        shares[network] = share
        return share
    }

    /// Adds the connection to the client's share, and returns the share.
    func joinShare(_ connection: Connection, of network: IPAddress) -> ClientShare {
        let share = share(of: network)
        share.add(connection)
        return share
    }

    /// Removes the connection from its share. A share that is empty then is removed as soon as the schedule has dropped
    /// it. If it were removed at once, a client that makes a connection for each request would be taken for a new one
    /// each time: it would go before others, and without its debt.
    func leaveShare(_ connection: Connection) {
        let share = connection.share
        share.remove(connection)
        guard share.isEmpty else { return }
        guard share.turns.isListed else { return removeEmptyShare(of: share.network) }
        share.turns.whenUnlisted = { [weak self, network = share.network] in self?.removeEmptyShare(of: network) }
    }

    private func removeEmptyShare(of network: IPAddress) {
        guard let share = shares[network], share.isEmpty else { return }
        recentCosts.keep(share.proxiedCost, of: network)
        shares[network] = nil
    }

    /// Removes a connection that has ended.
    func remove(_ connection: Connection) {
        connections.remove(connection.token)
        leaveShare(connection)
        balance.release(by: number)
        counters.closed.add()
        admission.release(connection.isProxied ? nil : connection.peerAddress.network)
    }
}
