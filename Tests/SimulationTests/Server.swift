import AccrualClient
import Loyalty
import Storage
import TestSupport

/// A running server: everything that is lost in a crash.
final class Server {
    let pool: JobPool
    let workers: VirtualWorkers
    let dispatcher: JobDispatcher
    /// True if it has not run a tick yet.
    var isFresh = true

    init(day: Day, configuration: PipelineConfiguration, clock: TestClock) {
        pool = JobPool(capacityMax: configuration.poolMax)
        let requestsPerMinuteMax = configuration.requestsPerMinuteMax
        let gate = AccrualGate(requestsPerMinuteMax: day.broken == .ignoresOwnersPace ? nil : requestsPerMinuteMax)
        let now: MonotonicClock = { clock.milliseconds }
        let asker = Asker(system: NoSystem(), gate: gate, clock: now)
        workers = VirtualWorkers(
            workerCount: configuration.workers, capacity: configuration.jobsPerTickMax, asker: asker,
            rules: RequestRules(requestsPerMinuteMax: requestsPerMinuteMax), day: day)
        dispatcher = JobDispatcher(
            configuration: configuration, pool: pool, processor: workers, gate: gate,
            settlements: FaultySettlements(day), leadership: SoleLeadership(), clock: now, wallClock: { clock.now },
            log: .none)
    }
}

/// Not used: virtual workers make the requests.
private struct NoSystem: AccrualSystem {
    func ask(about order: OrderNumber) throws(TransportError) -> AccrualAnswer {
        preconditionFailure("a virtual worker asks in two steps")
    }
}
