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

/// The built-in accrual system: what those who ask it share, and the listener for shop software where it has one.
final class BuiltInAccruals: Sendable {
    let endpoints: [Endpoint]
    private let recents = RecentReceipts()
    private let lookup: any ReceiptLookup
    /// Nil where nobody listens.
    let front: Front?

    /// Who sends receipts are the shop's few programs, and not its customers.
    static let connectionsMax = 1024

    /// `listeners` may be none.
    init(
        _ configuration: Configuration, front frontConfiguration: FrontConfiguration, _ listeners: [Listener],
        _ store: any Storage, _ log: Log
    ) throws(StartError) {
        endpoints = listeners.map(\.endpoint)
        let requestsPerMinute = configuration.accrual.requestsPerMinute
        let rate = requestsPerMinute > 0 ? RequestRate(requestsPerMinute: requestsPerMinute) : nil
        do {
            lookup = try store.makeReceiptLookup()
            guard !listeners.isEmpty else {
                front = nil
                return
            }
            front = try Front(configuration: frontConfiguration, listeners: listeners) { [recents] _ in
                let repository = try store.makeRewardRepository()
                let service = RewardService(
                    repository: repository, recents: recents, clock: Application.clock,
                    monotonicClock: SystemClock.monotonicMilliseconds)
                return AccrualAPI.handler(
                    accruals: service, rate: rate, clock: SystemClock.monotonicMilliseconds,
                    settings: configuration.accrualAPI,
                    requestIDs: RequestIDs(prefix: UInt64.random(in: .min ... .max)), reader: repository)
            } onFailure: { error in
                log.error("an event loop of the accrual system can't go on: \(error)")
                log.flush()
                ProcessSetup.exitAtOnce(status: ExitStatus.software)
            }
        } catch {
            throw StartError(description: "\(error)", status: ExitStatus.unavailable)
        }
    }

    /// What has to work for the listener to be heard.
    var parts: [ServerPart] { front?.parts(of: "receipts") ?? [] }

    var connectionCount: Int { front?.connectionCount ?? 0 }

    /// The system as a worker asks it, without a network between. It can be made any number of times.
    func makeSystem() -> any AccrualSystem { DirectAccruals(recents: recents, lookup: lookup) }

    /// Accepts no more receipts; who asks directly is still answered.
    func stopListening(withinMilliseconds milliseconds: Int) {
        front?.stop(withinMilliseconds: milliseconds)
    }

    /// Before the store stops, and after the last who asks.
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
