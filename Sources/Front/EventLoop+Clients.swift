import HTTP

/// The clients' shares of the loop.
extension EventLoop {
    /// The client's share, which is made if the client has no connection on this loop.
    func share(of network: IPAddress) -> ClientShare {
        if let share = shares[network] { return share }
        let share = ClientShare(network: network)
        shares[network] = share
        return share
    }

    /// Adds the connection to the client's share, and returns the share.
    func joinShare(_ connection: Connection, of network: IPAddress) -> ClientShare {
        let share = share(of: network)
        share.add(connection)
        return share
    }

    /// Removes the connection from its share, and removes a share that is empty then.
    func leaveShare(_ connection: Connection) {
        let share = connection.share
        share.remove(connection)
        if share.isEmpty { shares[share.network] = nil }
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
