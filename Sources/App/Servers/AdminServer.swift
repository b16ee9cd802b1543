import API
import CommandLine
import Front
import HTTP
import Loyalty
import Posix
import Storage

/// The listener for monitoring: `/healthz`, `/readyz` and `/metrics`. It has an event loop of its own, so that it
/// answers even if the others are busy.
final class AdminServer: Sendable {
    private let front: Front
    let endpoints: [Endpoint]

    /// Only a few programs monitor a server, each with one or two connections.
    static let connectionsMax = 256
    /// The largest number of connections of one address. All programs may be on one machine, but another machine has to
    /// find room, too.
    private static let connectionsPerAddressMax = connectionsMax / 2
    private static let bodyBytesMax = 1024
    private static let bufferedBytesMax = 16 * 1024 * 1024

    init(
        _ front: FrontConfiguration, hostNames: [String], _ listeners: [Listener], _ watch: ServerWatch,
        _ store: any Storage, _ log: Log
    ) throws(StartError) {
        endpoints = listeners.map(\.endpoint)
        var front = front
        front.eventLoops = 1
        front.connectionsMax = Self.connectionsMax
        front.connectionsPerAddressMax = Self.connectionsPerAddressMax
        front.limits.bodyBytesMax = Self.bodyBytesMax
        front.bufferedBytesMax = Self.bufferedBytesMax
        // Requests for monitoring come all day long, and would only fill the log.
        front.requestLog = nil
        let database = store.identity
        self.front = try Front.serving("the admin listener", front, listeners, log) {
            let probe = try store.makeProbe()
            return AdminAPI.handler(
                hostNames: hostNames, database: database, illness: { watch.illness },
                obstacle: { watch.obstacle(probe) }, weakness: { store.weakness },
                metrics: { watch.writeMetrics(&$0, probe) },
                requestIDs: RequestIDs(prefix: UInt64.random(in: .min ... .max)), reader: probe)
        }
    }

    /// Stops the listener. The store has to stop later, since the listener reads from it.
    func stop() {
        front.stop(withinMilliseconds: Self.stopMilliseconds)
    }

    /// The time for clients to take their answers. An answer is made at once, so this is enough.
    private static let stopMilliseconds = 200
}
