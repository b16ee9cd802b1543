import Eventual
import HTTP
import Posix

/// A client's connection: it receives a request, has the handler respond to it, sends the response, and begins again.
///
/// The loop calls it when something has happened. It is not a task, because a waiting task would cost memory for each
/// idle connection, and a switch for each request. A task is made only for a response that is not ready at once.
///
/// ``ConnectionState`` decides; this class performs the effects.
final class Connection: @unchecked Sendable {
    // Safe: it belongs to one event loop. The loop calls it on its own thread, and its tasks run on the loop's
    // executor. No other object has a reference to it.

    /// The responses to a pipeline are sent when they have this size, even if more of its requests could be answered
    /// first.
    private static let outputBytesMax = 64 * 1024
    /// Receiving stops at this number of bytes that were not parsed, or at the length of the longest head if that is
    /// more.
    private static let inputBytesMax = 64 * 1024
    /// The number of requests of one pipeline that are answered before other connections have their turns.
    private static let requestsPerTurnMax = 64
    /// The time for requests of one pipeline before other connections have their turns. A request that has begun is
    /// finished.
    private static let pipelineNanosecondsMax: Int64 = 200_000

    let token: UInt64
    let peerAddress: IPAddress
    /// True if the peer is a trusted proxy, whose requests count for the clients that it names.
    let isProxied: Bool
    /// The client: the peer, or the client of the request that a proxy has sent, until the response was sent.
    var share: ClientShare
    /// The connection's index among the share's members, which the share sets.
    var memberIndex = 0
    /// The client for which a proxy's request in progress is counted; `nil` if there is none.
    var countedNetwork: IPAddress?
    /// The time at which the requests of a pipeline have used up the connection's turn.
    private var pipelineEndsAt: Int64 = 0
    /// The cost of the connection's last steps, unless it is a proxy's.
    var ownCost = StepCost()
    /// True if the loop's schedule contains the connection.
    var isRunnable = false
    /// The tick in which the loop looks at the deadline.
    var scheduledTick: Int64?

    /// The loop. Its table holds the connection, until the connection is removed.
    let loop: EventLoop
    let socket: Socket
    var state: ConnectionState
    private(set) var parser: RequestParser
    private(set) var input = InputBuffer()
    var outbox = Outbox()
    /// The size of the body of the request that waits for its turn or for its response.
    var requestBytes = 0
    /// The size of the buffers that was last reported to the loop.
    var bufferedBytes = 0

    /// The framing of the current response, which depends on the request.
    var framing = Encoder.Context(keepsAlive: false, isHTTP11: true, omitsBody: false, date: [])
    var exchange = Exchange(method: nil, beganAt: 0, path: nil)
    /// The response that a task is about to wait for.
    var pendingResponse: Eventual<Response, Never>?
    /// The part of the current response's body that has to be waited for.
    var latePart = LatePart.none

    /// The reason why a connection can't continue.
    enum Ending: Error {
        /// The connection closes at once: the peer has gone, its time is over, or everything was sent.
        case gone
        case refused(RequestError)
    }

    init(
        socket: consuming Socket, peer: IPAddress, isProxied: Bool, share: ClientShare, token: UInt64, loop: EventLoop
    ) {
        self.socket = socket
        peerAddress = peer
        self.isProxied = isProxied
        state = ConnectionState(isProxied: isProxied)
        self.share = share
        self.token = token
        self.loop = loop
        parser = RequestParser(limits: loop.configuration.limits)
    }

    /// Takes steps until the next one has to wait.
    func advance() {
        isRunnable = false
        guard !state.isEnded else { return }
        var requestsLeft = Self.requestsPerTurnMax
        pipelineEndsAt = loop.measuredNow + Self.pipelineNanosecondsMax
        while true {
            do throws(Ending) {
                while try step(&requestsLeft) {}
                try accountForBuffers()
                return scheduleDeadline()
            } catch .refused(let error) {
                refuse(error)
            } catch {
                return end()
            }
        }
    }

    /// Takes a step. Returns false if the next one has to wait.
    private func step(_ requestsLeft: inout Int) throws(Ending) -> Bool {
        switch state.nextStep() {
        case .parse: return try readRequest(&requestsLeft)
        case .respond(let request):
            admit(request)
            return true
        case .send:
            _ = try flush()
            return false
        case .makePart(let parts): return try sendPart(of: parts)
        case .follow(let stream): return try follow(stream)
        case .sendLast:
            guard try flush() else { return false }
            let continuation = state.lastByteWasSent(hasUnreadInput: !input.isEmpty, loop.surroundings)
            if continuation == .step { socket.finishSending() }
            return try proceed(continuation)
        case .discardInput:
            input.removeAll()
            return try proceed(state.inputWasDiscarded())
        case .end: throw .gone
        }
    }

    private func proceed(_ continuation: ConnectionState.Continuation) throws(Ending) -> Bool {
        switch continuation {
        case .step: return true
        case .receive:
            loop.postpone(self)
            return false
        case .pause: return false
        case .end: throw .gone
        case .refuseAsLate: throw .refused(RequestError(.requestTimeout, "The request did not come in time."))
        }
    }

    private func readRequest(_ requestsLeft: inout Int) throws(Ending) -> Bool {
        if outbox.count >= Self.outputBytesMax, try !flush() { return false }
        endCounting()
        let result: RequestParser.ParseResult
        do throws(RequestError) {
            result = try parser.parse(&input, bodyBytesMax: loop.handler.bodyBytesMax(of:))
        } catch {
            throw .refused(error)
        }
        switch result {
        case .request(var request):
            request.peer = peerAddress
            let isOfOtherClient = isProxied && !joinClient(of: request)
            let isKept = try keepBody(of: request)
            if isOfOtherClient {
                if isKept { state.hold(request) }
                loop.makeRunnable(self)
                return false
            }
            if isKept { admit(request) }
            requestsLeft -= 1
            if loop.measuredNow >= pipelineEndsAt { requestsLeft = 0 }
            if requestsLeft == 0 { loop.postpone(self) }
            return requestsLeft > 0
        case .needsContinue:
            outbox.append(Encoder.continueResponse)
            return true
        case .needsInput:
            guard try flush() else { return false }
            if input.isEmpty, !parser.isInsideBody { leaveClient() }
            return try proceed(
                state.needsInput(
                    isInsideBody: parser.isInsideBody, hasPartOfHead: !input.isEmpty, loop.surroundings))
        }
    }

    /// Responds to a request that could not be read. The beginning of the next request is unknown, so no more bytes are
    /// parsed.
    private func refuse(_ error: RequestError) {
        let error = error.of(parser.headers)
        input.removeAll()
        parser = RequestParser(limits: loop.configuration.limits)
        requestBytes = 0
        state.refuse()
        let response = loop.handler.response(to: error)
        outbox.append(response, .init(keepsAlive: false, isHTTP11: true, omitsBody: error.isHead, date: loop.date))
        loop.note(response, to: loop.begin(nil), of: peerAddress, omitsBody: error.isHead)
    }

    func end() {
        endCounting()
        if case .following(let stream) = state.stage { stream.close() }
        // A client of HTTP/1.0 would take an orderly end for the end of the response.
        if state.isWithinResponse { socket.resetWhenClosed() }
        state.end()
        changeBufferedBytes(to: 0)
        loop.remove(self)
    }
}

// MARK: - Receiving

extension Connection {
    /// The approximate speed of receiving: copying 64 KiB from the kernel takes 16 µs.
    private static let receivedBytesPerNanosecond: Int64 = 4

    func register(with poller: borrowing Poller) throws(SystemError) {
        try poller.addEdgeTriggered(socket.descriptor, token: token)
    }

    func becameReady(_ readiness: Poller.Readiness, receiveBuffer: inout [UInt8]) {
        if readiness.readable || readiness.ended {
            state.input.wasReported(isEnd: readiness.ended)
            // The client of a stream that closes its sending side has gone: most clients close both sides at once, and
            // without this check the server would notice only at the next beat.
            if readiness.ended, case .following = state.stage { loop.makeRunnable(self) }
            receive(into: &receiveBuffer)
        }
        if readiness.writable, state.timer.event == .writing { loop.makeRunnable(self) }
    }

    /// Receives from the kernel once, if the connection can use more input. The kernel reports each arrival once; bytes
    /// that are left there are received when there is room for them.
    func receive(into buffer: inout [UInt8]) {
        let bytesMax = max(Self.inputBytesMax, loop.configuration.limits.headBytesMax + 1)
        let bufferedBytes = input.count
        guard state.input.mayReceive, state.takesInput(bufferedBytes: bufferedBytes, bytesMax: bytesMax) else { return }
        do throws(SystemError) {
            switch try socket.receive(into: &buffer) {
            case .bytes(let count):
                input.append(buffer[..<count])
                loop.counters.receivedBytes.add(count)
                share.turns.charge(Int64(count) / Self.receivedBytesPerNanosecond)
                state.input.changed(by: .bytes(fillBuffer: count == buffer.count))
            case .wouldBlock: state.input.changed(by: .wouldBlock)
            case .end: state.input.changed(by: .end)
            }
        } catch {
            state.input.changed(by: .failure)
        }
        loop.makeRunnable(self)
    }

    /// The server has begun to stop.
    func serverStops() {
        switch state.serverStops(hasUnreadInput: !input.isEmpty, loop.surroundings) {
        case .end: end()
        case .step: loop.makeRunnable(self)
        case .pause, .receive, .refuseAsLate: scheduleDeadline()
        }
    }
}
