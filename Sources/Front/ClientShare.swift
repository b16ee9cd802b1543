import HTTP

/// One client's part of an event loop: the connections from one IPv4 address or one /64 of IPv6, and the connections of
/// proxies with a request from there. A proxy's connections that wait for a request have a share of their own.
final class ClientShare {
    /// Tells the shares of a loop apart.
    struct Key: Hashable {
        let network: IPAddress
        /// True for the connections of proxies that wait for a request. The other hosts of a proxy's /64 are clients,
        /// to whom the limits of clients apply.
        var isProxy = false
    }

    let key: Key
    /// The client's connections that wait for their turns.
    let turns = TurnSchedule<Connection>.Share()
    /// The cost of the client's last steps on connections of proxies, each of which carries requests of any client.
    var proxiedCost = StepCost()
    /// The bytes that the client's connections hold in their buffers.
    var heldBytes = 0
    private var members: [Connection] = []
    /// The index of the member at which the last search ended; the next search begins after it.
    private var searchIndex = 0

    /// The number of members that one search looks at. The greediest client may have thousands, and each new connection
    /// searches them.
    private static let searchedMax = 32

    init(_ key: Key) {
        self.key = key
        turns.isOfProxy = key.isProxy
    }

    var network: IPAddress { key.network }

    /// The number of searches that look at all members.
    var searchesOfAll: Int { (members.count + Self.searchedMax - 1) / Self.searchedMax }

    var isEmpty: Bool { members.isEmpty }

    func add(_ connection: Connection) {
        connection.memberIndex = members.count
        members.append(connection)
    }

    func remove(_ connection: Connection) {
        let index = connection.memberIndex
        precondition(members[index] === connection, "connection must be a member of this share")
        let last = members.removeLast()
        guard last !== connection else { return }
        members[index] = last
        last.memberIndex = index
    }

    /// The best connection to close in order to make room for another: among some of the members, the one with the
    /// lowest ``Connection/closingRank``, and among equal ranks the one with the earliest deadline. `nil` if there is
    /// none.
    ///
    /// - Parameter rankMax: the highest rank that may be closed.
    func connectionToClose(rankMax: Int) -> Connection? {
        var best: (connection: Connection, rank: Int, deadline: Int64)?
        for _ in 0..<min(Self.searchedMax, members.count) {
            searchIndex = (searchIndex + 1) % members.count
            let connection = members[searchIndex]
            guard let rank = connection.closingRank, rank <= rankMax else { continue }
            let deadline = connection.state.timer.deadline ?? .max
            if let best, (best.rank, best.deadline) <= (rank, deadline) { continue }
            best = (connection, rank, deadline)
        }
        return best?.connection
    }
}
