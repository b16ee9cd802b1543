import AccrualClient
import Loyalty
import TestSupport

/// A day of a server, determined by its seed: its uploads, stops and starts, the moods of the accrual system and the
/// troubles of the storage. Everything runs on the calling thread, in virtual time.
final class Day {
    /// The time after the day's end within which every order must have its final status. From the day's end on,
    /// everything is healthy. An hour is the longest pause; the rest is for the pace (at least 20 a minute, for 200
    /// orders of at most six requests) and for retries.
    static let endsWithin: Int64 = 2 * 3_600_000
    static let length: Int64 = 24 * 3_600_000
    /// The delay of a tick while nothing is in flight and nothing has arrived; due orders wait that long.
    private static let idleTick: Int64 = 10_000
    private static let requestTimeout: Int64 = 5000
    static let users = 5

    let seed: UInt64
    let broken: BrokenRule?
    let trace: Trace
    let accrual: SimulatedAccrual
    let database: ModelSettlements
    let file: RealFile?
    private(set) var now: Int64 = 0
    var askCount = 0
    private(set) var violation: Violation?

    private var random: SeededRandom
    private let clock = TestClock(milliseconds: 0)
    private let interval: Int64
    private let workerCount: Int
    private let jobsPerTickMax: Int
    /// Some windows have room for a few orders, most of them for all orders of a day.
    private let poolMax: Int
    /// The owner's limit of requests per minute; `nil` for none.
    private let requestsPerMinuteMax: Int?
    private var events: [(at: Int64, event: Event)] = []
    private var refusesUntil = Int64.min
    private var server: Server!
    private var hasCommitFault = false
    private var hasCrashAfterCommit = false
    /// The true final verdicts that the accrual system gave about each order.
    private var told: [OrderID: [Settlement.Verdict]] = [:]
    /// Orders whose final status was acknowledged to the running server.
    private var acknowledged: Set<OrderID> = []
    private var lastSeen: [StoredOrder] = []
    private var checkedSettlements = -1
    private var settlementCount = 0

    private enum Event {
        case upload(isPut: Bool)
        case crash, stop
        case storageRefuses(milliseconds: Int64)
        /// The next commit is stored and not acknowledged; or the server dies right after it.
        case commitFault, crashAfterCommit
    }

    /// - Parameter file: A real database that follows the model.
    init(seed: UInt64, broken: BrokenRule? = nil, isTraced: Bool = false, file: RealFile? = nil) {
        self.file = file
        self.seed = seed
        self.broken = broken
        trace = Trace(isOn: isTraced)
        random = SeededRandom(seed: seed)
        interval = random.pick([250, 1000, 5000])
        workerCount = Int(random.within(1...16))
        jobsPerTickMax = random.pick([5, 20, 1000])
        poolMax = random.pick([8, 25, 60, 1000, 1000])
        requestsPerMinuteMax = random.chance(percent: 30) ? random.pick([20, 61, 600]) : nil
        accrual = SimulatedAccrual(seed: random.next(), timeout: Self.requestTimeout, dayEnd: Self.length)
        database = ModelSettlements(users: Self.users, broken: broken)
        plan()
        server = makeServer()
    }

    var storageRefuses: Bool { now < refusesUntil }

    private func makeServer() -> Server {
        var configuration = PipelineConfiguration()
        configuration.workers = workerCount
        configuration.intervalMilliseconds = Int(interval)
        configuration.jobsPerTickMax = jobsPerTickMax
        configuration.poolMax = poolMax
        configuration.requestsPerMinuteMax = requestsPerMinuteMax
        return Server(day: self, configuration: configuration, clock: clock)
    }

    /// Runs the day, and the time until every order is final. Throws the first rule that did not hold.
    func run() throws(Violation) {
        while let next = nextTime() {
            try advance(to: next)
            server.dispatcher.tickNow()
            trace.note(now, "tick \(server.pool.counts.all)")
            try check()
            if hasCrashAfterCommit && settlementCount > checkedSettlements { restart("crash after commit") }
            checkedSettlements = settlementCount
            guard now < Self.length + Self.endsWithin else { break }
        }
        if let open = database.orders.first(where: { !$0.status.isFinal }) {
            throw Violation(at: now, rule: .everyOrderEnds, detail: "\(open)")
        }
    }

    func note(_ violation: Violation) { self.violation = self.violation ?? violation }

    func noteVerdict(_ verdict: Settlement.Verdict?, of order: OrderID) {
        if let verdict { told[order, default: []].append(verdict) }
    }

    func noteAcknowledged(_ batch: [Settlement]) {
        for settlement in batch where settlement.verdict != .processing {
            if !acknowledged.insert(settlement.order).inserted {
                note(Violation(at: now, rule: .settledOnce, detail: "order \(settlement.order.rawValue)"))
            }
        }
    }

    /// Returns true if the commit that has just happened is not to be acknowledged.
    func takeCommitFault() -> Bool {
        settlementCount += 1
        defer { hasCommitFault = false }
        return hasCommitFault || hasCrashAfterCommit
    }

    // The plan.

    private func plan() {
        for _ in 0..<random.within(1...6) {
            // A burst: its orders come within a minute, or spread over an hour.
            let start = random.below(Self.length)
            let spread = random.pick([1, 60_000, 3_600_000] as [Int64])
            // A few bursts exceed the pace of a minute.
            for _ in 0..<random.within(1...(random.chance(percent: 10) ? 150 : 30)) {
                let isPut = !random.chance(percent: 2)
                events.append((min(Self.length, start + random.below(spread)), .upload(isPut: isPut)))
            }
        }
        let uploads = events.map(\.at)
        for _ in 0..<random.within(0...12) {
            // Most faults happen soon after an upload, when there is something to go wrong.
            let at = min(Self.length - 600_001, random.pick(uploads) + random.within(0...20_000))
            let event: Event =
                switch random.below(6) {
                case 0, 1: .crash
                case 2: .stop
                case 3: .commitFault
                case 4: .crashAfterCommit
                default: .storageRefuses(milliseconds: random.within(1...600_000))
                }
            events.append((at, event))
        }
        // The latest event first. Of two at the same time, the one planned first happens first.
        events = events.enumerated().sorted { ($0.element.at, $0.offset) > ($1.element.at, $1.offset) }.map(\.element)
    }

    // Time.

    /// Returns the time of the next tick, or `nil` if nothing is left to happen.
    private func nextTime() -> Int64? {
        let counts = server.pool.counts
        let hasWork = counts.all > 0 || counts.hasUnread || storageRefuses || server.isFresh
        guard hasWork else { return events.last.map { roundUp($0.at) } }
        let isBusy = server.workers.outstanding > 0 || server.isFresh
        let idle = isBusy ? now + interval : now + max(interval, Self.idleTick)
        return roundUp(min(idle, max(now + 1, min(events.last?.at ?? .max, server.workers.nextEnd ?? .max))))
    }

    private func roundUp(_ time: Int64) -> Int64 { (time + interval - 1) / interval * interval }

    /// Runs all events until `end`, in order.
    private func advance(to end: Int64) throws(Violation) {
        precondition(end >= now, "time goes on")
        server.isFresh = false
        while true {
            let answerAt = server.workers.nextEnd ?? .max
            let eventAt = events.last?.at ?? .max
            guard min(answerAt, eventAt) <= end else { break }
            set(max(now, min(answerAt, eventAt)))
            if answerAt <= eventAt {
                server.workers.bringNext()
            } else {
                take(events.removeLast().event)
            }
            if let violation { throw violation }
        }
        set(end)
    }

    private func set(_ time: Int64) {
        now = time
        clock.set(milliseconds: time)
    }

    private func take(_ event: Event) {
        trace.note(now, "\(event)")
        switch event {
        case .upload(let isPut): upload(isPut: isPut)
        case .crash: restart("crash")
        case .stop:
            server.dispatcher.stop()
            restart("stop")
        case .storageRefuses(let milliseconds): refusesUntil = now + milliseconds
        case .commitFault: hasCommitFault = true
        case .crashAfterCommit: hasCrashAfterCommit = true
        }
    }

    private func upload(isPut: Bool) {
        guard !storageRefuses else { return }
        let number = OrderNumber(stored: "\(10_000 + database.orders.count)")
        let user = Int(random.below(Int64(Self.users)))
        let order = database.add(number, of: user)
        compare { file throws in try file.add(order, of: user) }
        if broken == .forgetsUpload, database.orders.count % 20 == 0 { return }
        // A server may die between the commit and the pool; otherwise it never forgets the order.
        if isPut { server.pool.put(order) } else { restart("crash before put") }
    }

    private func restart(_ reason: String) {
        trace.note(now, "restart: \(reason)")
        hasCrashAfterCommit = false
        acknowledged = []
        compare { file throws in try file.restart() }
        server = makeServer()
    }

    /// Applies `action` to the real database, and compares it with the model.
    func compare(after action: (RealFile) throws -> Void) {
        guard let file else { return }
        do {
            try action(file)
            guard let difference = try file.difference(from: database) else { return }
            note(Violation(at: now, rule: .fileAgrees, detail: difference))
        } catch {
            note(Violation(at: now, rule: .fileAgrees, detail: "\(error)"))
        }
    }

    // The rules of the points.

    private func check() throws(Violation) {
        if let violation { throw violation }
        guard settlementCount > checkedSettlements else { return }
        var balances = Array(repeating: Int64(0), count: Self.users)
        for (index, stored) in database.orders.enumerated() {
            if index < lastSeen.count, lastSeen[index].status.isFinal, lastSeen[index] != stored {
                throw Violation(at: now, rule: .finalIsFinal, detail: "\(stored)")
            }
            try checkAccrual(of: stored)
            balances[stored.user] += stored.accrual
        }
        lastSeen = database.orders
        var sums = Array(repeating: Int64(0), count: Self.users)
        for entry in database.ledger { sums[entry.user] += entry.amount }
        guard balances == database.balances, sums == balances else {
            throw Violation(
                at: now, rule: .pointsConserved,
                detail: "accruals \(balances), ledger \(sums), balances \(database.balances)")
        }
    }

    /// The accrual of an order is the one of a true answer.
    private func checkAccrual(of stored: StoredOrder) throws(Violation) {
        let verdict: Settlement.Verdict
        switch stored.status {
        case .processed: verdict = .processed(Points(hundredths: stored.accrual))
        case .invalid: verdict = .invalid
        default: return
        }
        guard told[stored.order.id]?.contains(verdict) ?? false else {
            throw Violation(at: now, rule: .creditedAsAnswered, detail: "\(stored)")
        }
    }
}
