import HTTP

/// The clients' shares of the loop.
extension EventLoop {
    /// The client's share, which is made if the loop has none.
    func share(_ key: ClientShare.Key) -> ClientShare {
        if let share = shares[key] { return share }
        let share = ClientShare(key)
        if !key.isProxy, let cost = recentCosts.take(of: key.network) { share.proxiedCost = cost }
        shares[key] = share
        return share
    }

    /// Adds the connection to the client's share, and returns the share.
    func joinShare(_ connection: Connection, _ key: ClientShare.Key) -> ClientShare {
        let share = share(key)
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
        guard share.turns.isListed else { return removeEmptyShare(share.key) }
        share.turns.whenUnlisted = { [weak self, key = share.key] in self?.removeEmptyShare(key) }
    }

    private func removeEmptyShare(_ key: ClientShare.Key) {
        guard let share = shares[key], share.isEmpty else { return }
        recentCosts.keep(share.proxiedCost, of: key.network)
        shares[key] = nil
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
