import HTTP
import Posix
import Synchronization

/// One thread that waits for its connections with epoll and moves them on.
///
/// A turn of the loop receives all that has arrived before it answers any of it, so that the requests of a turn may share
/// one snapshot of the database: it can't be older than a write that a client of theirs saw acknowledged.
final class EventLoop: TaskExecutor, @unchecked Sendable {
    // Safe: `inbox` is a Mutex and `wakeup` is a descriptor; all else is touched on the loop's own thread, which the entry
    // points assert.

    /// Received into by every connection in turn; also what one connection may receive in a turn.
    private static let receiveBufferBytes = 64 * 1024
    /// Connections that one loop accepts in a turn; the other loops get their share of a crowd that comes at once.
    private static let acceptsPerTurnMax = 4
    /// How long accepting rests where no descriptor is left; those that wait do so in the kernel.
    private static let acceptPauseNanoseconds: Int64 = 100_000_000
    /// Parts of bodies that a turn makes, about half a millisecond each: many long answers share what others leave.
    private static let partsPerTurnMax = 4
    private static let wakeupToken = UInt64.max
    /// The listeners' tokens begin here, in the generation that no connection has.
    private static let firstListenerToken = UInt64(UInt32.max) << 32

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
    private let listeners: [Listener]
    private let admission: Admission
    private let wakeup: Wakeup
    private let inbox = Mutex(Inbox())

    private var poller: Poller
    private var connections = ConnectionTable<Connection>()
    private var wheel: DeadlineWheel
    private var jobs = TaskJobs()
    /// Connections that something has happened to; the turn moves each on.
    private var runnable: [Connection] = []
    /// Connections that go on in the next turn, whether or not anything arrives until then.
    private var postponed: [Connection] = []
    /// Connections whose bodies are made part by part, in the order in which they wait to make one.
    private var awaitingPart: [Connection] = []
    private let bufferedBytesMax: Int
    /// What the connections hold in their buffers.
    private var bufferedBytes = 0
    private var receiveBuffer = [UInt8](repeating: 0, count: EventLoop.receiveBufferBytes)
    private var acceptsAgainAt: Int64?
    private var stopDeadline: Int64?
    private(set) var now = SystemClock.monotonicNanoseconds()
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
        let nanoseconds = SystemClock.monotonicNanoseconds() - exchange.beganAt
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

    /// Has the turn move the connection on, once however often that is asked.
    func makeRunnable(_ connection: Connection) {
        guard !connection.isRunnable else { return }
        connection.isRunnable = true
        runnable.append(connection)
    }

    /// Has the next turn move the connection on: others come first.
    func postpone(_ connection: Connection) {
        postponed.append(connection)
    }

    /// Has a later turn let the connection make a part.
    func awaitPart(_ connection: Connection) {
        awaitingPart.append(connection)
    }

    func changeBufferedBytes(by difference: Int) {
        bufferedBytes += difference
    }

    /// Whether connections that can do with less have to give way.
    var holdsTooMuch: Bool { bufferedBytes > bufferedBytesMax }

    func remove(_ connection: Connection) {
        connections.remove(connection.token)
        counters.closed.add()
        admission.release(connection.peer)
    }

    private var isDone: Bool {
        guard let stopDeadline else { return false }
        return connections.count == 0 || now >= stopDeadline
    }

    private func timeoutMilliseconds() -> Int32? {
        if !jobs.isEmpty || !postponed.isEmpty || !awaitingPart.isEmpty { return 0 }
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
        for connection in exchange(&postponed, with: []) {
            connection.receive(into: &receiveBuffer)
            makeRunnable(connection)
        }
        let turn = awaitingPart.prefix(Self.partsPerTurnMax)
        awaitingPart.removeFirst(turn.count)
        for connection in turn { connection.letMakePart() }
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

    /// Moves everyone on, the tasks of answers that took their time among them.
    private func advanceRunnable() {
        repeat {
            if !jobs.isEmpty { jobs.take().run(on: self) }
            var index = 0
            while index < runnable.count {
                runnable[index].advance()
                index += 1
            }
            runnable.removeAll(keepingCapacity: true)
        } while !jobs.isEmpty
    }
}

extension EventLoop {
    private func startAccepting() throws(SystemError) {
        for (index, listener) in listeners.enumerated() {
            try poller.addShared(listener.socket.descriptor, token: Self.firstListenerToken + UInt64(index))
        }
    }

    private func stopAccepting() {
        // While accepting rests, the listeners are not in the poller.
        guard exchange(&acceptsAgainAt, with: nil) == nil else { return }
        for listener in listeners { try? poller.remove(listener.socket.descriptor) }
    }

    private func accept(from listener: Listener) {
        guard !isStopping, acceptsAgainAt == nil else { return }
        for _ in 0..<Self.acceptsPerTurnMax {
            do throws(SystemError) {
                guard let accepted = try listener.socket.accept() else { return }
                let peer = accepted.peer
                begin(accepted.takeSocket(), from: peer)
            } catch {
                pauseAccepting()
                return
            }
        }
    }

    /// Lets the other loops have the next connection. The kernel wakes the loop that has waited longest for the listener
    /// since it was added (EPOLLEXCLUSIVE, epoll_ctl(2)): left in its place, one loop would get nearly all that come one by
    /// one, and do alone what all of them could share.
    private func stepBack(from listener: Listener, token: UInt64) {
        guard configuration.eventLoops > 1, acceptsAgainAt == nil, !isStopping else { return }
        do throws(SystemError) {
            try poller.remove(listener.socket.descriptor)
            try poller.addShared(listener.socket.descriptor, token: token)
        } catch {
            pauseAccepting()
        }
    }

    /// No descriptor or no memory is left. The listeners stay readable: waiting for them would spin.
    private func pauseAccepting() {
        stopAccepting()
        acceptsAgainAt = now + Self.acceptPauseNanoseconds
    }

    private func begin(_ socket: consuming Socket, from peer: Endpoint) {
        guard admission.admit(peer) else {
            refuse(socket)
            return
        }
        counters.accepted.add()
        var taken: Socket? = consume socket
        let connection = connections.insert { token in
            Connection(socket: taken.take()!, peer: peer, token: token, loop: self)
        }
        do throws(SystemError) {
            try connection.register(with: poller)
        } catch {
            remove(connection)
            return
        }
        makeRunnable(connection)
    }

    /// Answers a connection for which there is no room, as far as that goes without waiting. What has come of a request is
    /// read away: left there, it would make closing a reset.
    private func refuse(_ socket: borrowing Socket) {
        counters.refused.add()
        let response = handler.response(to: RequestError(.serviceUnavailable, "There are too many connections."))
        var bytes: [UInt8] = []
        Encoder.encode(
            response, .init(keepsAlive: false, isHTTP11: true, omitsBody: false, date: date), into: &bytes)
        _ = try? socket.send(bytes, from: 0)
        socket.finishSending()
        _ = try? socket.receive(into: &receiveBuffer)
    }
}

/// What a value was before it was replaced.
func exchange<Value>(_ value: inout Value, with replacement: Value) -> Value {
    let old = value
    value = replacement
    return old
}
