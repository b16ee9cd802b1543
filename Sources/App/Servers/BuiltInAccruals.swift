import API
import AccrualClient
import CommandLine
import Configuration
import Front
import HTTP
import Loyalty
import Posix
import Rewards
import Storage

/// The built-in accrual system: the part that the pipeline's workers ask, and the listener for shop software, if there
/// is one.
final class BuiltInAccruals: Sendable {
    let endpoints: [Endpoint]
    private let recents = RecentReceipts()
    private let lookup: any ReceiptLookup
    /// `nil` if there is no listener.
    let front: Front?

    /// Only the few programs of a shop send receipts, and its customers do not.
    static let connectionsMax = 1024
    /// The largest number of connections of one address. All programs may be on one machine, but another machine has to
    /// find room, too.
    static let connectionsPerAddressMax = connectionsMax / 2

    /// - Parameter listeners: empty for no listener.
    init(
        _ configuration: Configuration, front frontConfiguration: FrontConfiguration, _ listeners: [Listener],
        _ store: any Storage, _ log: Log
    ) throws(StartError) {
        endpoints = listeners.map(\.endpoint)
        let requestsPerMinute = configuration.accrual.requestsPerMinute
        let rate = requestsPerMinute > 0 ? RequestRate(requestsPerMinute: requestsPerMinute) : nil
        do throws(StoreError) {
            lookup = try store.makeReceiptLookup()
        } catch {
            throw StartError(description: "\(error)", status: ExitStatus.unavailable)
        }
        guard !listeners.isEmpty else {
            front = nil
            return
        }
        front = try Front.serving("the accrual system", frontConfiguration, listeners, log) { [recents] in
            let repository = try store.makeRewardRepository()
            let service = RewardService(
                repository: repository, recents: recents, clock: SystemClock.wallClock,
                monotonicClock: SystemClock.monotonicMilliseconds)
            return AccrualAPI.handler(
                accruals: service, rate: rate, clock: SystemClock.monotonicMilliseconds,
                settings: configuration.accrualAPI,
                requestIDs: RequestIDs(prefix: UInt64.random(in: .min ... .max)), reader: repository)
        }
    }

    /// The parts that have to work for the listener to serve.
    var parts: [ServerPart] { front?.parts(of: "receipts") ?? [] }

    var connectionCount: Int { front?.connectionCount ?? 0 }

    /// Makes the system as a worker asks it, without a network. It can be made any number of times.
    func makeSystem() -> any AccrualSystem { DirectAccruals(recents: recents, lookup: lookup) }

    /// Accepts no more receipts. Workers can still ask.
    func stopListening(withinMilliseconds milliseconds: Int) {
        front?.stop(withinMilliseconds: milliseconds)
    }

    /// Closes the connection through which the workers ask. Called after the last worker has stopped, and before the
    /// store stops.
    func close() {
        lookup.close()
    }
}

/// The built-in accrual system, as a worker asks it.
private struct DirectAccruals: AccrualSystem {
    let recents: RecentReceipts
    let lookup: any ReceiptLookup

    func ask(about order: OrderNumber) throws(TransportError) -> AccrualAnswer {
        do throws(LoyaltyError) {
            guard let earned = try lookup.earned(by: order) else { return .unknown }
            return switch recents.status(of: order, earned: earned, now: SystemClock.monotonicMilliseconds()) {
            case .registered, .processing: .pending
            case .processed(let points): .processed(points)
            }
        } catch {
            throw TransportError(reason: "the database can't be read")
        }
    }
}
