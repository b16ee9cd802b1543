import HTTP
import Posix
import Time

/// An event loop: a thread that waits for its connections with epoll(7), and calls those that can continue.
///
/// A turn of the loop receives everything that has arrived before it responds to any of it. So the requests of a turn
/// may share a snapshot of the database: the snapshot can't be older than a write that was acknowledged to one of their
/// clients.
///
/// Its other parts are in files of their own: ``LoopInbox`` (messages from other threads), ``TurnSchedule`` (whose turn
/// it is), ``DeadlineWheel``, ``ConnectionTable``, ``BufferBudget``, ``LoopCounters``, and extensions for accepting and
/// for the request log.
final class EventLoop: @unchecked Sendable {
    // Safe: `inbox`, `balance` and `counters` are Sendable. The loop's own thread uses everything else that changes;
    // `run()` asserts that.

    /// The size of the buffer into which all connections receive in turn, and so the number of bytes that one
    /// connection may receive in a turn.
    private static let receiveBufferBytes = 64 * 1024
    /// The number of postponed connections that receive in a turn, 64 KiB each at most.
    private static let postponedPerTurnMax = 64
    private static let wakeupToken = UInt64.max
    /// The first of the listeners' tokens. No connection's token has this generation.
    private static let firstListenerToken = UInt64(UInt32.max) << 32

    let configuration: FrontConfiguration
    let handler: any RequestHandler
    let counters: LoopCounters
    let listeners: [Listener]
    let admission: Admission
    let balance: LoopBalance
    /// The loop's number in `balance`.
    let number: Int
    let inbox: LoopInbox
    private let thread = ThreadIdentity.current

    private(set) var poller: Poller
    var connections = ConnectionTable<Connection>()
    /// The clients that have connections on this loop, and those whose last turns the schedule remembers.
    var shares: [ClientShare.Key: ClientShare] = [:]
    var recentCosts = RecentCosts()
    /// The share of the proxy that has connected last; `nil` if there was none.
    var lastProxy: ClientShare.Key?
    var buffers: BufferBudget
    private var wheel: DeadlineWheel
    /// The jobs of tasks that wait for responses.
    var jobs = TaskJobs()
    /// Connections that can continue, and wait for their turns.
    var schedule = TurnSchedule<Connection>()
    /// Connections that continue in a later turn, even if nothing arrives before that.
    private var postponed = ArrivalQueue<Connection>()
    var receiveBuffer = [UInt8](repeating: 0, count: EventLoop.receiveBufferBytes)
    /// The time at which the loop accepts connections again; `nil` if it accepts now.
    var acceptsAgainAt: Int64?
    private var stopDeadline: Int64?
    /// The beginning of the turn, in nanoseconds of the monotonic clock.
    private(set) var now: Int64
    /// The last time that was read from the clock in this turn.
    private(set) var measuredNow: Int64 = 0
    /// The bytes of the time of the turn in the form of `Date` (RFC 9110, section 6.6.1).
    private(set) var date: [UInt8] = []
    private var dateSecond = Int64.min
    /// True if the requests of this turn are to be logged.
    private(set) var logsRequests = false

    /// Makes a loop on the thread that will run it.
    init(
        configuration: FrontConfiguration, listeners: [Listener], admission: Admission, balance: LoopBalance,
        handler: any RequestHandler
    ) throws(SystemError) {
        self.configuration = configuration
        self.listeners = listeners
        self.admission = admission
        self.balance = balance
        self.handler = handler
        counters = LoopCounters(routes: handler.routes)
        buffers = BufferBudget(configuration)
        now = configuration.monotonicNanoseconds()
        wheel = DeadlineWheel(now: now)
        poller = try Poller()
        inbox = LoopInbox(wakeup: try Wakeup())
        number = balance.join(inbox)
        try poller.addShared(inbox.wakeup.descriptor, token: Self.wakeupToken)
        try startAccepting()
    }

    /// Runs until the loop was stopped and its connections are closed.
    func run() throws(SystemError) {
        precondition(thread.isCurrent, "a loop must run on the thread that has made it")
        defer { handler.close() }
        handler.begin { [inbox] in inbox.put { $0.wakesHandler = true } }
        while !isDone {
            let eventCount = try poller.wait(timeoutMilliseconds: timeoutMilliseconds())
            readClocks()
            counters.beginTurn(at: now)
            logsRequests = configuration.requestLog?.isEnabled ?? false
            receivePostponed()
            for index in 0..<eventCount { take(poller.event(index)) }
            expireDeadlines()
            takeInbox()
            advanceRunnable()
            handler.endBatch()
            counters.endTurn(at: configuration.monotonicNanoseconds())
        }
        // The process ends next, and the kernel would close these connections in an orderly way.
        for connection in connections.all where connection.state.isWithinResponse { connection.end() }
    }

    private func take(_ event: (token: UInt64, readiness: Poller.Readiness)) {
        if event.token == Self.wakeupToken {
            inbox.wakeup.clear()
        } else if event.token >= Self.firstListenerToken {
            let listener = listeners[Int(event.token - Self.firstListenerToken)]
            accept(from: listener)
            stepBack(from: listener, token: event.token)
        } else if let connection = connections[event.token] {
            connection.becameReady(event.readiness, receiveBuffer: &receiveBuffer)
        }
    }

    var isCurrentThread: Bool { thread.isCurrent }

    func listenerToken(_ index: Int) -> UInt64 { Self.firstListenerToken + UInt64(index) }

    // MARK: - Time

    private func readClocks() {
        now = configuration.monotonicNanoseconds()
        let second = SystemClock.wallMilliseconds() / 1000
        guard second != dateSecond else { return }
        dateSecond = second
        date = Array(CivilTime(secondsSince1970: second).imfFixdate.utf8)
    }

    /// Reads the clock again.
    func measureNow() {
        measuredNow = configuration.monotonicNanoseconds()
    }

    /// The facts about the loop that a connection's state depends on.
    var surroundings: ConnectionState.Surroundings {
        ConnectionState.Surroundings(now: now, isStopping: isStopping, timeouts: configuration.timeouts)
    }

    /// The time until the next event that the kernel does not report; `nil` if there is none.
    private func timeoutMilliseconds() -> Int32? {
        if !jobs.isEmpty || !postponed.isEmpty || !schedule.isEmpty { return 0 }
        let never = Int64.max
        let next = min(wheel.nextNanoseconds() ?? never, acceptsAgainAt ?? never, stopDeadline ?? never)
        return next == never ? nil : Int32(clamping: max(0, (next - now + 999_999) / 1_000_000))
    }

    // MARK: - Deadlines

    /// Inserts a connection's deadline, and returns the tick in which the connection looks at it.
    func schedule(_ connection: Connection, at deadline: Int64) -> Int64 {
        wheel.insert(connection.token, at: deadline)
    }

    private func expireDeadlines() {
        wheel.advance(to: now) { token, tick, wheel in
            guard let connection = connections[token], connection.scheduledTick == tick else { return }
            connection.lookAtDeadline(now: now, &wheel)
        }
        if let acceptsAgainAt, acceptsAgainAt <= now { resumeAccepting() }
    }

    // MARK: - Postponed connections

    /// Lets the connection continue in a later turn, after others.
    func postpone(_ connection: Connection) {
        postponed.append(connection)
    }

    private func receivePostponed() {
        for _ in 0..<Self.postponedPerTurnMax {
            guard let connection = postponed.popFirst() else { return }
            connection.receive(into: &receiveBuffer)
            makeRunnable(connection)
        }
    }

    // MARK: - Messages and the stop

    var isStopping: Bool { stopDeadline != nil }

    private var isDone: Bool {
        guard let stopDeadline else { return false }
        return (balance.connectionCount(of: number) == 0 && jobs.isEmpty) || now >= stopDeadline
    }

    /// Asks the loop to accept the connections that wait, and no others, and to end when its connections are closed or
    /// at `deadline`. Any thread may call this.
    ///
    /// - Parameter deadline: nanoseconds of the monotonic clock.
    func stop(by deadline: Int64) {
        inbox.put { $0.stopDeadline = deadline }
    }

    private func takeInbox() {
        var messages = inbox.take()
        jobs.append(messages.jobs.take())
        begin(messages.arrivals)
        if messages.wakesHandler { handler.wakeUp() }
        guard let deadline = messages.stopDeadline, stopDeadline == nil else { return }
        stopDeadline = deadline
        balance.leave(number)
        stopAccepting()
        for connection in connections.all { connection.serverStops() }
        // Those that have closed leave room for these. The first loop that stops accepts them all.
        for listener in listeners { acceptLast(from: listener) }
    }
}
