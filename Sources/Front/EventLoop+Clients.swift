import HTTP

/// What the loop's clients have of it: connections, turns and memory.
extension EventLoop {
    func changeBufferedBytes(by difference: Int) {
        bufferedBytes += difference
    }

    /// Returns true if connections of the client that hold more than each may hold have to give way.
    func holdsTooMuch(of share: ClientShare) -> Bool {
        bufferedBytes > bufferedBytesMax || share.heldBytes > bufferedBytesPerAddressMax
    }

    /// Makes the connection a part of a client, which takes its turns.
    func joinShare(_ connection: Connection, of network: IPAddress) -> ClientShare {
        let share = share(of: network)
        share.add(connection)
        return share
    }

    /// `nil` if the client has no connection here.
    func existingShare(of network: IPAddress) -> ClientShare? { shares[network] }

    func share(of network: IPAddress) -> ClientShare {
        if let share = shares[network] { return share }
        let share = ClientShare(network: network)
        shares[network] = share
        return share
    }

    func leaveShare(_ connection: Connection) {
        let share = connection.share
        share.remove(connection)
        if share.isEmpty { shares[share.network] = nil }
    }

    func remove(_ connection: Connection) {
        connections.remove(connection.token)
        leaveShare(connection)
        counters.closed.add()
        admission.release(connection.isProxied ? nil : connection.peerAddress.network)
    }
}
