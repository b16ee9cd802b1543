import AccrualClient
import Loyalty
import Posix
import Storage
import Synchronization
import TestSupport
import Testing

/// The real pool, dispatcher and processor, with a clock, an accrual system and a database that the test controls.
final class PipelineHarness: Sendable {
    let pool: JobPool
    let accrual = ScriptedAccrual()
    let database: FakeSettlements
    let log = LogLines()
    let leadership: ChangingLeadership
    private let gate = AccrualGate()
    private let clock = TestClock(milliseconds: 1_000_000)
    private let processor: JobProcessor
    private let dispatcher: JobDispatcher

    /// Uploads an order: commits it and puts it into the pool.
    func upload(_ order: UnfinishedOrder) {
        database.add(order)
        pool.put(order)
    }

    init(
        workers: Int = 4, poolMax: Int = 100_000, jobsPerTickMax: Int = 1000, isLeading: Bool = true,
        database: FakeSettlements = FakeSettlements()
    ) {
        (leadership, self.database) = (ChangingLeadership(isLeading), database)
        var configuration = PipelineConfiguration()
        configuration.workers = workers
        configuration.jobsPerTickMax = jobsPerTickMax
        let (accrual, gate, clock) = (accrual, gate, clock)
        pool = JobPool(capacityMax: poolMax)
        processor = JobProcessor(workerCount: workers, capacity: jobsPerTickMax) {
            let asker = Asker(system: accrual, gate: gate, clock: { clock.milliseconds })
            return { job in asker.ask(about: job) }
        }
        let log = log
        dispatcher = JobDispatcher(
            configuration: configuration, pool: pool, processor: processor, gate: gate, settlements: database,
            leadership: leadership, clock: { clock.milliseconds }, wallClock: { clock.now }, log: log.log)
    }

    var now: Int64 { clock.milliseconds }
    var snapshot: JobDispatcher.Snapshot { dispatcher.snapshot }

    /// Runs a tick, and waits until the workers have finished all but `hanging` jobs.
    func tick(hanging: Int = 0) {
        clock.advance(byMilliseconds: 250)
        dispatcher.tickNow()
        // The workers need nothing but processor time, so this wait is short.
        let end = ContinuousClock.now + .seconds(10)
        while processor.inFlight > hanging {
            guard ContinuousClock.now < end else {
                Issue.record("\(processor.inFlight) jobs hang")
                return accrual.letAllGo()
            }
            yieldThread()
        }
    }

    /// Waits until this number of requests has begun: a job that no worker has begun is recalled at the next tick.
    func waitUntilAsked(_ count: Int) throws {
        try eventually { accrual.asked.count >= count }
    }

    func stop() { dispatcher.stop() }
}

/// The lead that a test gives and takes, and orders that other servers have stored.
final class ChangingLeadership: Leadership {
    private struct State {
        var isLeading: Bool
        var isWithAnother: Bool
        var term: Int64 = 0
        var orders: [UnfinishedOrder] = []
        var dropped: [UnfinishedOrder] = []
        var pace = AskedPace.none
    }

    private let state: Mutex<State>

    init(_ isLeading: Bool) { state = Mutex(State(isLeading: isLeading, isWithAnother: !isLeading)) }

    /// The pace that one leader passes on, and the next one finds.
    var inheritedPace: AskedPace { state.withLock { $0.pace } }

    func passOn(_ pace: AskedPace) { state.withLock { $0.pace = pace } }

    func share(_ make: @escaping @Sendable () -> String) {}

    var isLeading: Bool { state.withLock { $0.isLeading } }

    var isWithAnother: Bool { state.withLock { $0.isWithAnother } }

    var term: Int64 { state.withLock { $0.term } }

    /// The store has lost its newest orders.
    func beginTerm() { state.withLock { $0.term += 1 } }

    func change(to isLeading: Bool) {
        state.withLock { state in (state.isLeading, state.isWithAnother) = (isLeading, !isLeading) }
    }

    /// This server has lost the lead, and no other server is known to have it.
    func lose() { state.withLock { state in (state.isLeading, state.isWithAnother) = (false, false) } }

    /// Another server stores an order.
    func add(_ order: UnfinishedOrder) { state.withLock { $0.orders.append(order) } }

    func ordersOfOtherServers() -> [UnfinishedOrder] {
        state.withLock { state in
            defer { state.orders = [] }
            return state.orders
        }
    }

    /// A command of the owner ends an order.
    func drop(_ order: UnfinishedOrder) { state.withLock { $0.dropped.append(order) } }

    func droppedOrders() -> [UnfinishedOrder] {
        state.withLock { state in
            defer { state.dropped = [] }
            return state.dropped
        }
    }

    func skipOrdersOfOtherServers() { state.withLock { ($0.orders, $0.dropped) = ([], []) } }
}

/// The answers that the test chose for each order, of which the last is repeated. An order without any is processed for
/// one point.
final class ScriptedAccrual: AccrualTransport, Sendable {
    enum Step: Sendable {
        case answer(Int, String)
        case throttle(seconds: Int, String)
        case fail
        /// Blocks until the test lets it go.
        case hang
    }

    private struct State {
        var scripts: [String: [Step]] = [:]
        var asked: [String] = []
        var isDown = false
    }

    private let state = Mutex(State())
    private let release = BlockingQueue<Void>(capacity: 1000)

    var asked: [String] { state.withLock { $0.asked } }

    /// If true, every request fails, and the scripts are kept for later.
    var isDown: Bool {
        get { state.withLock { $0.isDown } }
        set { state.withLock { $0.isDown = newValue } }
    }

    func script(_ order: UnfinishedOrder, _ steps: [Step]) {
        state.withLock { $0.scripts[order.number.digits] = steps }
    }

    func letGo() { _ = release.put(()) }

    /// Lets go of all blocked requests, now and later.
    func letAllGo() { release.close() }

    func response(about order: OrderNumber) throws(TransportError) -> TransportResponse {
        switch next(order.digits) {
        case .answer(let status, let body): return TransportResponse(status: status, body: Array(body.utf8))
        case .throttle(let seconds, let body):
            return TransportResponse(status: 429, retryAfterSeconds: seconds, body: Array(body.utf8))
        case .fail: throw TransportError(reason: "it is down")
        case .hang:
            _ = release.take()
            throw TransportError(reason: "it hangs")
        }
    }

    private func next(_ digits: String) -> Step {
        state.withLock { state in
            state.asked.append(digits)
            if state.isDown { return .fail }
            guard var steps = state.scripts[digits], let step = steps.first else {
                return .answer(200, #"{"order":"\#(digits)","status":"PROCESSED","accrual":1}"#)
            }
            if steps.count > 1 { steps.removeFirst() }
            state.scripts[digits] = steps
            return step
        }
    }
}

/// Keeps unfinished orders and settlements, and refuses to settle for as long as the test says.
final class FakeSettlements: SettlementRepository, Sendable {
    struct State {
        /// In the order of their ids.
        var unfinished: [UnfinishedOrder] = []
        /// The number of orders that were read.
        var readCount = 0
        var batches: [[Settlement]] = []
        var failures = 0
    }

    let state: Mutex<State>

    init(unfinished: [UnfinishedOrder] = []) { state = Mutex(State(unfinished: unfinished)) }

    var batches: [[Settlement]] { state.withLock { $0.batches } }
    var settlements: [Settlement] { batches.flatMap { $0 } }

    func usersWithUnfinishedOrders(after user: UserID?, limit: Int) throws(LoyaltyError) -> [UserID] {
        state.withLock { state in
            let users = Set(state.unfinished.lazy.map(\.user.rawValue)).sorted()
            return users.filter { $0 > user?.rawValue ?? .min }.prefix(limit).map { UserID(rawValue: $0) }
        }
    }

    func unfinishedOrders(_ pages: [UnfinishedPage]) throws(LoyaltyError) -> [[UnfinishedOrder]] {
        state.withLock { state in
            pages.map { page in
                let found = state.unfinished.lazy.filter { $0.user == page.user && $0.id >= page.from }.prefix(
                    page.limit)
                state.readCount += found.count
                return Array(found)
            }
        }
    }

    /// Adds an order, as a committed upload does.
    func add(_ order: UnfinishedOrder) { state.withLock { $0.unfinished.append(order) } }

    func settle(_ batch: [Settlement], at now: Timestamp) throws(LoyaltyError) {
        let fails = state.withLock { state in
            guard state.failures == 0 else {
                state.failures -= 1
                return true
            }
            state.batches.append(batch)
            let final = Set(batch.filter { $0.verdict != .processing }.map(\.order))
            if !final.isEmpty { state.unfinished.removeAll { final.contains($0.id) } }
            return false
        }
        if fails { throw .unavailable(retryAfterSeconds: 1) }
    }
}
