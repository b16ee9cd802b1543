import HTTP

/// The state of a connection and its transitions, without effects: it reads no socket and asks no clock.
///
/// ``Connection`` performs the effects. It asks ``nextStep()`` for the next one, performs it, and reports the result
/// through another method, whose return value says how to continue. So the rules of a connection's life are in one
/// place, and tests can enumerate them.
struct ConnectionState {
    /// The phase of the current request.
    enum Stage {
        /// The connection waits for a request, or parses one.
        case reading
        /// A proxy's request waits for the turn of the client that has sent it.
        case holding(Request)
        /// The handler has the request, and a task may be waiting for the response.
        case responding
        /// The head of the response was sent, and its body is made part by part.
        case streaming(any BodyParts)
        /// The head of the response was sent, and its body lasts as long as the client listens.
        case following(any BodyStream)
        /// The last response is being sent. If the client may still be sending, closing the socket would reset the
        /// connection, which could destroy the response on its way.
        case closing(clientMaySend: Bool)
        /// Everything was sent. The bytes that still arrive are discarded.
        case lingering
        case ended
    }

    /// An effect that moves the connection on.
    enum Step {
        case parse
        case respond(Request)
        /// Send the bytes that are ready.
        case send
        case makePart(any BodyParts)
        case follow(any BodyStream)
        /// Send the bytes that are ready; then report ``ConnectionState/lastByteWasSent(hasUnreadInput:_:)``.
        case sendLast
        /// Discard the received bytes; then report ``ConnectionState/inputWasDiscarded()``.
        case discardInput
        case end
    }

    /// The way to continue after a step.
    enum Continuation: Hashable {
        /// Take the next step.
        case step
        /// Receive from the kernel in a later turn; then take the next step.
        case receive
        /// Wait for an event.
        case pause
        case end
        /// Respond with 408, and close the connection.
        case refuseAsLate
    }

    /// The facts about the loop on which a transition depends.
    struct Surroundings {
        /// The beginning of the turn, in nanoseconds of the monotonic clock.
        let now: Int64
        let isStopping: Bool
        let timeouts: Timeouts
    }

    /// True if the peer is a trusted proxy.
    private let isProxied: Bool
    private(set) var stage = Stage.reading
    var input = ConnectionInput.open(mayHaveMore: false)
    var partTurn = PartTurn.none
    private(set) var timer = ConnectionTimer()
    /// True until the first request.
    private(set) var isFresh = true
    /// True if another request may follow the current one.
    private var keepsAlive = true
    /// False if the client has announced that it sends nothing after the current request.
    private var clientMaySend = true
    /// The time of the next beat of the stream that is being followed.
    private var beatAt: Int64 = 0

    init(isProxied: Bool = false) {
        self.isProxied = isProxied
    }

    /// True if a request may be on its way that is lost if the connection closes: the first one of a new connection,
    /// one that the kernel holds, or one that a proxy has sent on a connection that it keeps. The proxy can't send a
    /// POST a second time.
    private var mayHaveRequestOnItsWay: Bool { isFresh || isProxied || input.mayReceive }

    var isEnded: Bool { if case .ended = stage { true } else { false } }

    /// The next step. A request that was held is returned once.
    mutating func nextStep() -> Step {
        if input == .failed { return .end }
        switch stage {
        case .reading: return .parse
        case .holding(let request):
            stage = .reading
            return .respond(request)
        case .responding: return .send
        case .streaming(let parts): return .makePart(parts)
        case .following(let stream): return .follow(stream)
        case .closing: return .sendLast
        case .lingering: return .discardInput
        case .ended: preconditionFailure("an ended connection must not take a step")
        }
    }

    /// The deadline of the timer has passed.
    mutating func expire() {
        timer.expire()
    }

    mutating func end() {
        precondition(!isEnded, "a connection must not end twice")
        stage = .ended
        timer.stop()
    }
}

// MARK: - Receiving

extension ConnectionState {
    /// Returns true if the connection can use more input. While a response is made or sent, input stays in the kernel,
    /// where it fills the client's window instead of the server's memory.
    ///
    /// - Parameters:
    ///   - bufferedBytes: the number of received bytes that were not parsed.
    ///   - bytesMax: the limit of such bytes.
    func takesInput(bufferedBytes: Int, bytesMax: Int) -> Bool {
        switch stage {
        case .reading: timer.event != .writing && bufferedBytes < bytesMax
        case .lingering: true
        case .holding, .responding, .streaming, .following, .closing, .ended: false
        }
    }

    /// The parser needs more input, and everything was sent.
    ///
    /// - Parameters:
    ///   - isInsideBody: true if the parser has read a head whose body is incomplete.
    ///   - hasPartOfHead: true if a part of a head has arrived.
    mutating func needsInput(
        isInsideBody: Bool, hasPartOfHead: Bool, _ surroundings: Surroundings
    ) -> Continuation {
        // A head that has begun keeps its deadline, even if the parser has dropped all of it: otherwise a client could
        // gain time with empty lines.
        let event: ConnectionTimer.Event =
            isInsideBody ? .body : hasPartOfHead || timer.event == .head ? .head : .idle
        if timer.event != event { timer.start(event, surroundings) }
        if input == .ended { return .end }
        if event == .idle, timer.isExpired || (surroundings.isStopping && !mayHaveRequestOnItsWay) { return .end }
        if timer.isExpired { return .refuseAsLate }
        return input.mayReceive ? .receive : .pause
    }

    /// A request could not be read, so the beginning of the next one is unknown. The response to it is the last.
    mutating func refuse() {
        timer.stop()
        stage = .closing(clientMaySend: true)
    }
}

// MARK: - Responding

extension ConnectionState {
    /// A proxy's request has to wait for the turn of its client.
    mutating func hold(_ request: Request) {
        timer.stop()
        stage = .holding(request)
    }

    /// The handler gets a request.
    ///
    /// - Parameter keepsAlive: true if the client lets the connection persist.
    mutating func beginRequest(keepsAlive: Bool) {
        isFresh = false
        timer.stop()
        self.keepsAlive = keepsAlive
        clientMaySend = keepsAlive
        stage = .responding
    }

    /// The handler has responded. Returns true if the connection persists after the response.
    ///
    /// - Parameters:
    ///   - omitsBody: true for a response to HEAD.
    ///   - isHTTP11: false for an HTTP/1.0 client.
    mutating func beginResponse(
        _ body: Response.Body, omitsBody: Bool, isHTTP11: Bool, _ surroundings: Surroundings
    ) -> Bool {
        if surroundings.isStopping { keepsAlive = false }
        // HTTP/1.0 has no chunks: the end of the connection marks the end of the body.
        if !body.isWhole, !isHTTP11, !omitsBody { keepsAlive = false }
        switch body {
        case .parts(let parts) where !omitsBody: stage = .streaming(parts)
        case .stream(let stream) where !omitsBody:
            stage = .following(stream)
            beatAt = surroundings.now + Int64(stream.beatMilliseconds) * 1_000_000
        default: responseEnded()
        }
        return keepsAlive
    }

    /// The whole response was sent, or is ready to be sent.
    ///
    /// If it is the server that closes the connection, the client may already have sent another request. That is
    /// received and discarded first, which keeps the kernel from resetting the connection before the response arrives.
    mutating func responseEnded() {
        stage = keepsAlive ? .reading : .closing(clientMaySend: clientMaySend)
    }
}

// MARK: - Sending

extension ConnectionState {
    /// The kernel takes no more bytes now. Returns false if the client has had its time to read.
    mutating func sendingIsBlocked(_ surroundings: Surroundings) -> Bool {
        if timer.event != .writing { timer.start(.writing, surroundings) }
        return !timer.isExpired
    }

    /// The kernel has taken some of the bytes, so the client reads them. Its time begins anew.
    mutating func someBytesWereSent(_ surroundings: @autoclosure () -> Surroundings) {
        if timer.event == .writing { timer.start(.writing, surroundings()) }
    }

    /// The kernel has taken all bytes.
    mutating func allBytesWereSent() {
        if timer.event == .writing { timer.stop() }
    }

    /// All bytes of the connection's last response were sent.
    ///
    /// - Parameter hasUnreadInput: true if received bytes were not parsed.
    mutating func lastByteWasSent(hasUnreadInput: Bool, _ surroundings: Surroundings) -> Continuation {
        guard case .closing(let clientMaySend) = stage else { preconditionFailure("the stage must be closing") }
        // Closing resets the connection only if there are bytes that were not read.
        guard clientMaySend || hasUnreadInput || input.mayReceive else { return .end }
        stage = .lingering
        timer.start(.lingering, surroundings)
        return .step
    }

    /// The bytes that have arrived after the last response were discarded.
    func inputWasDiscarded() -> Continuation {
        if input == .ended || timer.isExpired { return .end }
        return input.mayReceive ? .receive : .pause
    }
}

// MARK: - Following a stream

extension ConnectionState {
    /// Returns true if a beat of the stream is due, and notes the time of the next one.
    mutating func takeBeat(every milliseconds: Int, _ surroundings: Surroundings) -> Bool {
        guard surroundings.now >= beatAt else { return false }
        beatAt = surroundings.now + Int64(milliseconds) * 1_000_000
        timer.start(.following(beatAt: beatAt), surroundings)
        return true
    }

    /// The stream has nothing to send now.
    mutating func streamIsSilent(_ surroundings: Surroundings) {
        let event = ConnectionTimer.Event.following(beatAt: beatAt)
        if timer.event != event { timer.start(event, surroundings) }
    }

    /// The stream ends before its own end, because its client has gone or the server stops.
    mutating func breakOffStream() {
        stage = .closing(clientMaySend: false)
    }
}

// MARK: - Stopping

extension ConnectionState {
    /// True if the client may have a part of a response whose rest was not sent.
    var isWithinResponse: Bool {
        if case .streaming = stage { return true }
        return timer.event == .writing
    }

    /// The server has begun to stop.
    ///
    /// - Parameter hasUnreadInput: true if received bytes were not parsed.
    mutating func serverStops(hasUnreadInput: Bool, _ surroundings: Surroundings) -> Continuation {
        if case .following = stage { return .step }
        guard timer.event == .idle else { return .pause }
        guard hasUnreadInput || mayHaveRequestOnItsWay else { return .end }
        // The unread input may be empty lines, so the connection still waits for a request.
        timer.start(.idle, surroundings)
        return .pause
    }
}
