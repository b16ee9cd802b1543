import HTTP

/// What one client has of an event loop: the connections from one address, or from one /64 of IPv6, and those of proxies whose
/// last request was from there.
final class ClientShare {
    let network: IPAddress
    /// Its connections that wait for their turns.
    let turns = TurnSchedule<Connection>.Share()
    /// What its connections hold in their buffers.
    var heldBytes = 0
    private var members: [Connection] = []
    /// Where the search for a connection to close goes on.
    private var searchIndex = 0

    /// Members that a search looks at. The greediest client has thousands, and is searched for each new connection.
    private static let searchedMax = 32

    init(network: IPAddress) {
        self.network = network
    }

    var isEmpty: Bool { members.isEmpty }

    func add(_ connection: Connection) {
        connection.memberIndex = members.count
        members.append(connection)
    }

    func remove(_ connection: Connection) {
        let index = connection.memberIndex
        precondition(members[index] === connection, "a connection leaves the share that it has joined")
        let last = members.removeLast()
        guard last !== connection else { return }
        members[index] = last
        last.memberIndex = index
    }

    /// The connection that can best be closed to make room for another: that of the lowest rank among some of them, and of
    /// these the one that has waited longest. `nil` if none can be.
    func connectionToClose(rankMax: Int) -> Connection? {
        var best: (connection: Connection, rank: Int, deadline: Int64)?
        for _ in 0..<min(Self.searchedMax, members.count) {
            searchIndex = (searchIndex + 1) % members.count
            let connection = members[searchIndex]
            guard let rank = connection.closingRank, rank <= rankMax else { continue }
            let deadline = connection.deadline ?? .max
            if let best, (best.rank, best.deadline) <= (rank, deadline) { continue }
            best = (connection, rank, deadline)
        }
        return best?.connection
    }
}
