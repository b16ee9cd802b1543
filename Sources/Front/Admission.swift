import HTTP
import Synchronization

/// Counts the connections of all loops, in total and for each client, and decides whether there is room for another. A
/// client is an IPv4 address, or a /64 of IPv6.
///
/// A trusted proxy's connections count in the total only. Its clients are counted by their requests in progress.
final class Admission: Sendable {
    enum AdmissionResult: Equatable {
        case admitted
        /// The client has reached the limit for one client.
        case tooManyOfClient
        /// The limit for all clients is reached. The client `greediest` has the most connections. `isGreedier` is true
        /// if it has more of them than the new client would have.
        case tooManyInAll(greediest: IPAddress, isGreedier: Bool)
    }

    private struct Counts {
        var total = 0
        var byClient: [IPAddress: Int] = [:]
        /// The client with the most connections. Another client takes its place as soon as it has more; if the client
        /// itself closes connections, the next search finds its successor.
        var greediest = IPAddress.unspecified
        var searchedAt: Int64 = .min

        mutating func add(_ client: IPAddress) {
            let count = byClient[client, default: 0] + 1
            byClient[client] = count
            if count > byClient[greediest, default: 0] { greediest = client }
        }

        mutating func remove(_ client: IPAddress) {
            guard let count = byClient[client] else { preconditionFailure("client must have been admitted") }
            byClient[client] = count > 1 ? count - 1 : nil
        }
    }

    /// The shortest time between two searches for the greediest client, each of which looks at all clients.
    private static let searchNanosecondsMin: Int64 = 100_000_000

    private let counts = Mutex(Counts())
    let connectionsMax: Int
    private let connectionsPerAddressMax: Int

    init(connectionsMax: Int, connectionsPerAddressMax: Int) {
        self.connectionsMax = connectionsMax
        self.connectionsPerAddressMax = connectionsPerAddressMax
    }

    /// Counts a connection until ``release(_:)``, if there is room.
    ///
    /// - Parameters:
    ///   - client: the network of the client; `nil` for a connection of a trusted proxy.
    ///   - now: nanoseconds of the monotonic clock.
    func admit(_ client: IPAddress?, now: Int64) -> AdmissionResult {
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

    /// The client with the most connections, now or at most ``searchNanosecondsMin`` ago.
    private static func greediest(_ counts: inout Counts, now: Int64) -> IPAddress {
        if counts.searchedAt == .min || now - counts.searchedAt >= searchNanosecondsMin {
            counts.searchedAt = now
            counts.greediest = counts.byClient.max { $0.value < $1.value }?.key ?? .unspecified
        }
        return counts.greediest
    }

    /// Ends the counting of a connection, with the same `client` as ``admit(_:now:)``.
    func release(_ client: IPAddress?) {
        counts.withLock { counts in
            counts.total -= 1
            if let client { counts.remove(client) }
        }
    }

    /// Counts a request of a proxy's client as a connection of that client, until ``releaseProxied(_:)``. Returns false
    /// if the client has reached the limit for one client.
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

    /// The number of open connections.
    var connectionCount: Int { counts.withLock(\.total) }
}
