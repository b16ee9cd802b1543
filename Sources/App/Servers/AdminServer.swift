import API
import CommandLine
import Front
import HTTP
import Loyalty
import Posix
import Storage

/// The listener for those who watch over the server: `/healthz`, `/readyz` and `/metrics`, on a loop of its own, so that it
/// answers also where the others are busy.
final class AdminServer: Sendable {
    private let front: Front
    let endpoints: [Endpoint]

    /// Who watches are a few programs, each with a connection or two.
    static let connectionsMax = 256
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
        front.connectionsPerAddressMax = Self.connectionsMax
        front.limits.bodyBytesMax = Self.bodyBytesMax
        front.bufferedBytesMax = Self.bufferedBytesMax
        // Who watches asks all day long, and nobody wants to read that.
        front.requestLog = nil
        let database = store.identity
        do {
            self.front = try Front(configuration: front, listeners: listeners) { _ in
                let probe = try store.makeProbe()
                return AdminAPI.handler(
                    hostNames: hostNames, database: database, illness: { watch.illness },
                    obstacle: { watch.obstacle(probe) },
                    metrics: { watch.writeMetrics(&$0, probe) },
                    requestIDs: RequestIDs(prefix: UInt64.random(in: .min ... .max)), reader: probe)
            } onFailure: { error in
                log.error("the event loop of the admin listener can't go on: \(error)")
                log.flush()
                ProcessSetup.exitAtOnce(status: ExitStatus.software)
            }
        } catch {
            throw StartError(description: "\(error)", status: ExitStatus.unavailable)
        }
    }

    /// Before the store stops.
    func stop() {
        front.stop(withinMilliseconds: Self.stopMilliseconds)
    }

    /// An answer is made at once; who has not taken it by then does without.
    private static let stopMilliseconds = 200
}
