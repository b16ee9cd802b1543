import HTTP
import Synchronization

/// Counts connections, in all and by client, for the loops together. A client is an address, or a /64 of IPv6.
///
/// A trusted proxy's connections count in all alone; its clients are counted by their requests in progress.
final class Admission: Sendable {
    enum Answer: Equatable {
        case admitted
        /// The client has as many as one may have.
        case tooManyOfClient
        /// There are as many as there may be, most of them of the client `greediest`, which has more than the one that asks
        /// would have if `isGreedier`.
        case tooManyInAll(greediest: IPAddress, isGreedier: Bool)
    }

    private struct Counts {
        var total = 0
        var byClient: [IPAddress: Int] = [:]
        /// The client with the most connections when it was last looked for; each that gets more takes its place.
        var greediest = IPAddress.unspecified
        var searchedAt: Int64 = .min

        mutating func add(_ client: IPAddress) {
            let count = byClient[client, default: 0] + 1
            byClient[client] = count
            if count > byClient[greediest, default: 0] { greediest = client }
        }

        mutating func remove(_ client: IPAddress) {
            guard let count = byClient[client] else { preconditionFailure("only what was admitted is released") }
            byClient[client] = count > 1 ? count - 1 : nil
        }
    }

    /// The greediest client is looked for among all of them once in so long at most.
    private static let searchNanosecondsMin: Int64 = 100_000_000

    private let counts = Mutex(Counts())
    let connectionsMax: Int
    private let connectionsPerAddressMax: Int

    init(connectionsMax: Int, connectionsPerAddressMax: Int) {
        self.connectionsMax = connectionsMax
        self.connectionsPerAddressMax = connectionsPerAddressMax
    }

    /// Counts one more connection until it is released, if there is room.
    ///
    /// - Parameter client: whose it is; `nil` for a trusted proxy's.
    func admit(_ client: IPAddress?, now: Int64) -> Answer {
        counts.withLock { counts in
            if let client, counts.byClient[client, default: 0] >= connectionsPerAddressMax { return .tooManyOfClient }
            guard counts.total < connectionsMax else {
                let greediest = Self.greediest(&counts, now: now)
                let count = client.map { counts.byClient[$0, default: 0] } ?? 0
                return .tooManyInAll(
                    greediest: greediest, isGreedier: counts.byClient[greediest, default: 0] > count + 1)
            }
            counts.total += 1
            if let client { counts.add(client) }
            return .admitted
        }
    }

    /// The client that has most connections, or had a moment ago.
    private static func greediest(_ counts: inout Counts, now: Int64) -> IPAddress {
        if counts.searchedAt == .min || now - counts.searchedAt >= searchNanosecondsMin {
            counts.searchedAt = now
            counts.greediest = counts.byClient.max { $0.value < $1.value }?.key ?? .unspecified
        }
        return counts.greediest
    }

    func release(_ client: IPAddress?) {
        counts.withLock { counts in
            counts.total -= 1
            if let client { counts.remove(client) }
        }
    }

    /// Counts a request of a proxy's client as a connection of that client, until it is released. Returns false if there is
    /// no room.
    func admitProxied(_ client: IPAddress) -> Bool {
        counts.withLock { counts in
            guard counts.byClient[client, default: 0] < connectionsPerAddressMax else { return false }
            counts.add(client)
            return true
        }
    }

    func releaseProxied(_ client: IPAddress) {
        counts.withLock { $0.remove(client) }
    }

    /// Connections of this moment.
    var connectionCount: Int { counts.withLock(\.total) }
}
