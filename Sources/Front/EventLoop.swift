import HTTP
import Posix
import Synchronization
import Time

/// One thread that waits for its connections with epoll and moves them on.
///
/// A turn of the loop receives all that has arrived before it answers any of it, so that the requests of a turn may share
/// one snapshot of the database: it can't be older than a write that a client of theirs saw acknowledged.
final class EventLoop: TaskExecutor, @unchecked Sendable {
    // Safe: `inbox` is a Mutex and `wakeup` is a descriptor; all else is touched on the loop's own thread, which the entry
    // points assert.

    /// Received into by every connection in turn; also what one connection may receive in a turn.
    private static let receiveBufferBytes = 64 * 1024
    /// How long a turn moves connections on before it looks for what has arrived meanwhile. A step that has begun is
    /// finished.
    private static let turnNanosecondsMax: Int64 = 2_000_000
    /// Dear steps of a turn, such as parts of long lists, about half a millisecond each: what arrives meanwhile waits for
    /// them.
    private static let dearStepsPerTurnMax = 4
    /// Postponed connections that a turn receives from, 64 KiB each at most.
    private static let postponedPerTurnMax = 64
    private static let wakeupToken = UInt64.max
    /// The listeners' tokens begin here, in the generation that no connection has.
    static let firstListenerToken = UInt64(UInt32.max) << 32

    private struct Inbox {
        var jobs = TaskJobs()
        var stopDeadline: Int64?
        var wakesHandler = false
        var isSignalled = false
    }

    let configuration: FrontConfiguration
    let handler: any RequestHandler
    let counters: LoopCounters
    private let thread = ThreadIdentity.current
    let listeners: [Listener]
    let admission: Admission
    private let wakeup: Wakeup
    private let inbox = Mutex(Inbox())

    private(set) var poller: Poller
    var connections = ConnectionTable<Connection>()
    /// The clients that have connections here.
    var shares: [IPAddress: ClientShare] = [:]
    private var wheel: DeadlineWheel
    private var jobs = TaskJobs()
    /// Connections that something has happened to; they go on in their turns.
    private var schedule = TurnSchedule<Connection>()
    /// Connections that go on in a later turn, whether or not anything arrives until then.
    private var postponed = ArrivalQueue<Connection>()
    let bufferedBytesMax: Int
    let bufferedBytesPerAddressMax: Int
    /// What the connections hold in their buffers.
    var bufferedBytes = 0
    var receiveBuffer = [UInt8](repeating: 0, count: EventLoop.receiveBufferBytes)
    var acceptsAgainAt: Int64?
    private var stopDeadline: Int64?
    /// When the turn began.
    private(set) var now = SystemClock.monotonicNanoseconds()
    /// When the clock was last read, in the turn.
    private(set) var clock: Int64 = 0
    private var dateSecond: Int64 = -1
    /// The time of the turn, as `Date` has it (RFC 9110, section 6.6.1).
    private(set) var date = ""
    /// Whether somebody wants a line for each request of this turn.
    private var logsRequests = false

    /// Made on the thread that will run it.
    init(
        configuration: FrontConfiguration, listeners: [Listener], admission: Admission, handler: any RequestHandler
    ) throws(SystemError) {
        self.configuration = configuration
        self.listeners = listeners
        self.admission = admission
        self.handler = handler
        counters = LoopCounters(routes: handler.routes)
        bufferedBytesMax = configuration.bufferedBytesMax / configuration.eventLoops
        bufferedBytesPerAddressMax = bufferedBytesMax / FrontConfiguration.addressesThatFillBuffers
        poller = try Poller()
        wakeup = try Wakeup()
        wheel = DeadlineWheel(now: now)
        try poller.addShared(wakeup.descriptor, token: Self.wakeupToken)
        try startAccepting()
    }

    var isStopping: Bool { stopDeadline != nil }

    /// Runs until it was stopped and its connections are done.
    func run() throws(SystemError) {
        precondition(thread.isCurrent, "a loop runs on the thread that made it")
        defer { handler.close() }
        handler.begin { [weak self] in self?.wakeHandler() }
        while !isDone {
            let eventCount = try poller.wait(timeoutMilliseconds: timeoutMilliseconds())
            readClocks()
            counters.beginTurn(at: now)
            logsRequests = configuration.requestLog?.isEnabled ?? false
            resumePostponed()
            for index in 0..<eventCount { take(poller.event(index)) }
            expireDeadlines()
            takeInbox()
            advanceRunnable()
            handler.endBatch()
            counters.endTurn(at: SystemClock.monotonicNanoseconds())
        }
    }

    /// What is to be remembered of a request; nil where it could not be read.
    func begin(_ request: Request?) -> Exchange {
        Exchange(method: request?.method, beganAt: now, path: logsRequests ? request.map { Array($0.path) } : nil)
    }

    /// Counts an answer whose head is written, and writes a line about it where somebody wants one.
    func note(_ response: Response, to exchange: Exchange, of peer: IPAddress) {
        clock = SystemClock.monotonicNanoseconds()
        let nanoseconds = clock - exchange.beganAt
        counters.countAnswer(
            route: response.route, method: exchange.method, status: response.status, nanoseconds: nanoseconds)
        guard logsRequests, let log = configuration.requestLog else { return }
        let hasNoBody = exchange.method == .head || response.status == .notModified
        var bytes: Int?
        if case .bytes(let body) = response.body { bytes = hasNoBody ? 0 : body.count }
        log.write(
            RequestRecord(
                client: response.client ?? peer, method: exchange.method, path: exchange.path,
                id: response.requestID?.text, status: response.status, bytes: bytes, nanoseconds: nanoseconds))
    }

    /// Asks the loop to accept no more, and to end when its connections are done or the time has come; from any thread.
    func stop(by deadline: Int64) {
        let wakes = inbox.withLock { inbox in
            inbox.stopDeadline = deadline
            return !exchange(&inbox.isSignalled, with: true)
        }
        if wakes { wakeup.signal() }
    }

    /// Has the next turn wake the handler, once however often that is asked; from any thread.
    private func wakeHandler() {
        let wakes = inbox.withLock { inbox in
            inbox.wakesHandler = true
            return !exchange(&inbox.isSignalled, with: true)
        }
        if wakes { wakeup.signal() }
    }

    /// Takes a task's next step, from any thread.
    func enqueue(_ job: consuming ExecutorJob) {
        if thread.isCurrent {
            jobs.append(job)
            return
        }
        var kept = TaskJobs()
        kept.append(job)
        let wakes = inbox.withLock { inbox in
            inbox.jobs.append(kept)
            return !exchange(&inbox.isSignalled, with: true)
        }
        if wakes { wakeup.signal() }
    }

    /// Enters a connection's deadline and returns the tick in which it is looked at.
    func schedule(_ connection: Connection, at deadline: Int64) -> Int64 {
        wheel.insert(connection.token, at: deadline)
    }

    /// Has the connection go on when its turn comes, once however often that is asked.
    func makeRunnable(_ connection: Connection) {
        guard !connection.isRunnable else { return }
        connection.isRunnable = true
        schedule.enter(connection, of: connection.share.turns, isDear: connection.isDear)
    }

    /// Has a later turn move the connection on: others come first.
    func postpone(_ connection: Connection) {
        postponed.append(connection)
    }

    private var isDone: Bool {
        guard let stopDeadline else { return false }
        return connections.count == 0 || now >= stopDeadline
    }

    private func timeoutMilliseconds() -> Int32? {
        if !jobs.isEmpty || !postponed.isEmpty || !schedule.isEmpty { return 0 }
        let never = Int64.max
        let next = min(wheel.nextNanoseconds() ?? never, acceptsAgainAt ?? never, stopDeadline ?? never)
        return next == never ? nil : Int32(clamping: max(0, (next - now + 999_999) / 1_000_000))
    }

    private func take(_ event: (token: UInt64, readiness: Poller.Readiness)) {
        if event.token == Self.wakeupToken {
            wakeup.clear()
        } else if event.token >= Self.firstListenerToken {
            let listener = listeners[Int(event.token - Self.firstListenerToken)]
            accept(from: listener)
            stepBack(from: listener, token: event.token)
        } else if let connection = connections[event.token] {
            connection.becameReady(event.readiness, receiveBuffer: &receiveBuffer)
        }
    }

    private func readClocks() {
        now = SystemClock.monotonicNanoseconds()
        let second = SystemClock.wallMilliseconds() / 1000
        guard second != dateSecond else { return }
        dateSecond = second
        date = CivilTime(secondsSince1970: second).imfFixdate
    }

    private func resumePostponed() {
        for _ in 0..<Self.postponedPerTurnMax {
            guard let connection = postponed.popFirst() else { return }
            connection.receive(into: &receiveBuffer)
            makeRunnable(connection)
        }
    }

    private func expireDeadlines() {
        wheel.advance(to: now) { token, tick, wheel in
            guard let connection = connections[token], connection.scheduledTick == tick else { return }
            connection.lookAtDeadline(now: now, &wheel)
        }
        if let acceptsAgainAt, acceptsAgainAt <= now {
            self.acceptsAgainAt = nil
            do throws(SystemError) { try startAccepting() } catch { pauseAccepting() }
        }
    }

    private func takeInbox() {
        let (newJobs, newDeadline, wakesHandler) = inbox.withLock { inbox in
            inbox.isSignalled = false
            return (
                inbox.jobs.take(), exchange(&inbox.stopDeadline, with: nil), exchange(&inbox.wakesHandler, with: false)
            )
        }
        jobs.append(newJobs)
        if wakesHandler { handler.wakeUp() }
        if let newDeadline, stopDeadline == nil {
            stopDeadline = newDeadline
            stopAccepting()
            for connection in connections.all { connection.endWhereIdle() }
        }
    }

    /// Moves connections on in their turns, and the tasks of answers that took their time. What does not fit into the turn
    /// goes on in the next one, together with what arrives until then.
    private func advanceRunnable() {
        clock = SystemClock.monotonicNanoseconds()
        let end = clock + Self.turnNanosecondsMax
        var dearStepsLeft = Self.dearStepsPerTurnMax
        repeat {
            if !jobs.isEmpty {
                jobs.take().run(on: self)
                clock = SystemClock.monotonicNanoseconds()
            }
            while clock < end, dearStepsLeft > 0, let (connection, isDear) = schedule.next() {
                let begin = clock
                if isDear {
                    dearStepsLeft -= 1
                    connection.takeDearTurn()
                }
                connection.advance()
                clock = SystemClock.monotonicNanoseconds()
                schedule.charge(clock - begin)
                connection.cost.note(clock - begin)
            }
        } while !jobs.isEmpty && clock < end && dearStepsLeft > 0
    }

    /// True if there is more to do than the last turn has done.
    var isBehind: Bool { !schedule.isEmpty }
}
