import HTTP
import Posix

/// One client's connection: reads a request, has it answered, sends the answer, and begins again.
///
/// A plain state machine, which the loop moves on where something has happened: a task that waits would cost an idle
/// connection its memory, and each request a switch. Only an answer that takes its time is waited for by a task.
final class Connection: @unchecked Sendable {
    // Safe: it belongs to one event loop. The loop calls it from its own thread, and its tasks run on the loop's executor;
    // nobody else has it.

    /// A pipeline's answers are sent once there is so much of them, or nothing more to answer.
    private static let outputBytesMax = 64 * 1024
    /// A client that sends ahead of its answers is read no further than this, or than a head may be long.
    private static let inputBytesMax = 64 * 1024
    /// Requests of one pipeline that are answered before other connections have their turn.
    private static let requestsPerTurnMax = 64
    /// What a connection may hold in its buffers whatever all others hold.
    private static let bufferedBytesGuaranteed = 16 * 1024

    let token: UInt64
    let peer: Endpoint
    private let peerAddress: IPAddress
    /// Whether the loop has it on its list of those to move on.
    var isRunnable = false
    /// The tick in which the loop looks at `deadline`.
    var scheduledTick: Int64?

    /// The loop's table holds the connection in turn, until it is removed.
    let loop: EventLoop
    private let socket: Socket
    private var parser: RequestParser
    private var input = InputBuffer()
    var outbox = Outbox()
    /// What the buffers held when the loop was last told.
    private var bufferedBytes = 0

    var stage = Stage.reading
    /// How the request that is being answered was framed, and so its answer has to be.
    var framing = Encoder.Context(keepsAlive: false, isHTTP11: true, omitsBody: false, date: "")
    private var exchange = Exchange(method: nil, beganAt: 0, path: nil)
    private var pendingAnswer: (() async -> Response)?
    /// Whether it is its turn to make a part of a body, and whether it waits for that.
    private var mayMakePart = false
    private var awaitsPart = false
    /// Whether the client was told nothing yet that would keep it from sending its next request.
    private var clientMaySend = true

    var wait = Wait.nothing
    var deadline: Int64?
    /// When the stream that is followed has its next beat.
    var beatAt: Int64 = 0
    var isExpired = false
    /// Nothing was asked yet.
    private var isFresh = true
    /// The kernel may hold bytes that were not received yet.
    private var mayHaveInput = false
    /// The kernel has said that the peer sends no more; the end itself may still stand behind bytes.
    private(set) var endWasReported = false
    private var inputHasEnded = false
    private var isBroken = false

    init(socket: consuming Socket, peer: Endpoint, token: UInt64, loop: EventLoop) {
        self.socket = socket
        self.peer = peer
        peerAddress = IPAddress(bytes: peer.address)
        self.token = token
        self.loop = loop
        parser = RequestParser(limits: loop.configuration.limits)
    }

    /// Goes as far as it can without waiting.
    func advance() {
        isRunnable = false
        guard !isEnded else { return }
        var requestsLeft = Self.requestsPerTurnMax
        while true {
            do throws(Ending) {
                while try step(&requestsLeft) {}
                return try accountForBuffers()
            } catch .refused(let error) {
                refuse(error)
            } catch {
                return end()
            }
        }
    }

    /// Takes one step; false where the next has to wait.
    private func step(_ requestsLeft: inout Int) throws(Ending) -> Bool {
        if isBroken { throw .gone }
        switch stage {
        case .reading: return try readRequest(&requestsLeft)
        case .answering:
            _ = try flush()
            return false
        case .streaming(let parts): return try sendPart(of: parts)
        case .following(let stream): return try follow(stream)
        case .closing(let clientMaySend):
            guard try flush() else { return false }
            guard clientMaySend || !input.isEmpty || mayHaveInput else { throw .gone }
            socket.finishSending()
            stage = .lingering
            wait(for: .lingering)
            return true
        case .lingering:
            input.removeAll()
            if inputHasEnded || isExpired { throw .gone }
            if mayHaveInput { loop.postpone(self) }
            return false
        case .ended: preconditionFailure("what has ended takes no step")
        }
    }

    private func readRequest(_ requestsLeft: inout Int) throws(Ending) -> Bool {
        if outbox.count >= Self.outputBytesMax, try !flush() { return false }
        let outcome: RequestParser.Outcome
        do throws(RequestError) {
            outcome = try parser.parse(&input, bodyBytesMax: loop.handler.bodyBytesMax(of:))
        } catch {
            throw .refused(error)
        }
        switch outcome {
        case .request(var request):
            request.peer = peerAddress
            respond(to: request)
            requestsLeft -= 1
            if requestsLeft == 0 { loop.postpone(self) }
            return requestsLeft > 0
        case .needsContinue:
            outbox.append(Encoder.continueResponse)
            return true
        case .needsInput:
            if try flush() { try waitForInput() }
            return false
        }
    }

    private func waitForInput() throws(Ending) {
        // A head that has begun stays one: a drip of empty lines, each of which is read away, prolongs nothing.
        let next: Wait = parser.isInsideBody ? .body : input.isEmpty && wait != .head ? .idle : .head
        if wait != next { wait(for: next) }
        if inputHasEnded || (next == .idle && (isExpired || (loop.isStopping && !isFresh))) { throw .gone }
        if isExpired { throw .refused(RequestError(.requestTimeout, "The request did not come in time.")) }
        if mayHaveInput { loop.postpone(self) }
    }

    /// Says why. Where the next request begins is unknown now, so that nothing more is read as one.
    private func refuse(_ error: RequestError) {
        let error = error.of(parser.headers)
        input.removeAll()
        parser = RequestParser(limits: loop.configuration.limits)
        wait(for: .nothing)
        let response = loop.handler.response(to: error)
        outbox.append(response, .init(keepsAlive: false, isHTTP11: true, omitsBody: false, date: loop.date))
        loop.note(response, to: loop.begin(nil), of: peerAddress)
        stage = .closing(clientMaySend: true)
    }

    private func end() {
        precondition(!isEnded, "a connection ends once")
        if case .following(let stream) = stage { stream.close() }
        stage = .ended
        loop.changeBufferedBytes(by: -bufferedBytes)
        loop.remove(self)
    }

    private var isEnded: Bool { if case .ended = stage { true } else { false } }

    /// Tells the loop what the buffers hold, and gives way where all of them together hold too much.
    private func accountForBuffers() throws(Ending) {
        let count = input.heldBytes + outbox.heldBytes + parser.bodyBytes
        loop.changeBufferedBytes(by: count - bufferedBytes)
        bufferedBytes = count
        guard count > Self.bufferedBytesGuaranteed, loop.holdsTooMuch else { return }
        guard wait == .body else { throw .gone }
        throw .refused(RequestError(.serviceUnavailable, "The server holds too many unfinished requests."))
    }
}

/// Answering.
extension Connection {
    private func respond(to request: Request) {
        isFresh = false
        wait(for: .nothing)
        framing.keepsAlive = request.keepsAlive
        framing.isHTTP11 = request.isHTTP11
        framing.omitsBody = request.method == .head
        exchange = loop.begin(request)
        switch loop.handler.respond(to: request) {
        case .now(let response): take(response)
        case .later(let answer):
            stage = .answering
            pendingAnswer = answer
            Task(executorPreference: loop) { await self.waitForAnswer() }
        }
    }

    private func waitForAnswer() async {
        guard let answer = pendingAnswer else { preconditionFailure("a request is answered once") }
        pendingAnswer = nil
        let response = await answer()
        // Its client may have gone meanwhile, where answers before this one could not be sent.
        guard !isEnded else { return }
        take(response)
        loop.makeRunnable(self)
    }

    private func take(_ response: Response) {
        framing.date = loop.date
        clientMaySend = framing.keepsAlive
        if loop.isStopping { framing.keepsAlive = false }
        if !response.body.isWhole, !framing.isHTTP11, !framing.omitsBody { framing.keepsAlive = false }
        switch response.body {
        case .parts(let parts) where !framing.omitsBody: stage = .streaming(parts)
        case .stream(let stream) where !framing.omitsBody: beginFollowing(stream)
        default: stage = afterAnswer
        }
        outbox.append(response, framing)
        loop.note(response, to: exchange, of: peerAddress)
    }

    /// Whoever was free to go on may have done so already, where it is us who end it.
    var afterAnswer: Stage { framing.keepsAlive ? .reading : .closing(clientMaySend: clientMaySend) }

    /// Makes the next part once those before it were taken, and it is the connection's turn.
    private func sendPart(of parts: any BodyParts) throws(Ending) -> Bool {
        guard try flush() else { return false }
        guard takePartTurn() else { return false }
        let part: [UInt8]?
        do throws(BodyFailure) {
            part = try parts.next()
        } catch {
            // An end would tell a client of HTTP/1.0 that this was all.
            socket.resetWhenClosed()
            throw .gone
        }
        guard let part else {
            if framing.isHTTP11 { outbox.append(Encoder.chunksEnd) }
            stage = afterAnswer
            return true
        }
        if framing.isHTTP11 { outbox.append(chunk: part) } else { outbox.append(part) }
        if try flush() { awaitPart() }
        return false
    }

    /// Whether it is its turn to make a part, which is used up with that; where it isn't, it will come.
    func takePartTurn() -> Bool {
        guard mayMakePart else {
            awaitPart()
            return false
        }
        mayMakePart = false
        return true
    }

    private func awaitPart() {
        guard !awaitsPart else { return }
        awaitsPart = true
        loop.awaitPart(self)
    }

    /// The turn has come to make a part.
    func letMakePart() {
        awaitsPart = false
        mayMakePart = true
        loop.makeRunnable(self)
    }

    /// Sends what there is; false where the client has to take some of it first.
    func flush() throws(Ending) -> Bool {
        while !outbox.isEmpty {
            let countBefore = outbox.count
            let hasSent: Bool
            do throws(SystemError) { hasSent = try outbox.send(to: socket) } catch { throw .gone }
            loop.counters.sentBytes.add(countBefore - outbox.count)
            guard hasSent else {
                if wait != .writing { wait(for: .writing) }
                if isExpired { throw .gone }
                return false
            }
            if wait == .writing { wait(for: .writing) }
        }
        if wait == .writing { wait(for: .nothing) }
        return true
    }
}

/// What the loop tells it.
extension Connection {
    func register(with poller: borrowing Poller) throws(SystemError) {
        try poller.addEdgeTriggered(socket.descriptor, token: token)
    }

    func becameReady(_ readiness: Poller.Readiness, receiveBuffer: inout [UInt8]) {
        if readiness.ended {
            endWasReported = true
            endFollowing()
        }
        if readiness.readable || readiness.ended {
            mayHaveInput = true
            receive(into: &receiveBuffer)
        }
        if readiness.writable, wait == .writing { loop.makeRunnable(self) }
    }

    /// Takes what the kernel holds, where there is use for it. Its edges are reported once: what is left there is fetched
    /// when there is room.
    func receive(into buffer: inout [UInt8]) {
        guard mayHaveInput, takesInput else { return }
        do throws(SystemError) {
            switch try socket.receive(into: &buffer) {
            case .bytes(let count):
                input.append(buffer[..<count])
                loop.counters.receivedBytes.add(count)
                // A short read has drained the socket (epoll(7)), but for the end of input that may stand behind it: its
                // edge comes once, and perhaps many reads before it.
                mayHaveInput = endWasReported || count == buffer.count
            case .wouldBlock: mayHaveInput = false
            case .end:
                inputHasEnded = true
                mayHaveInput = false
            }
        } catch {
            isBroken = true
        }
        loop.makeRunnable(self)
    }

    /// What comes while an answer is made or sent waits in the kernel, where it costs the client and not us.
    private var takesInput: Bool {
        switch stage {
        case .reading:
            wait != .writing && input.count < max(Self.inputBytesMax, loop.configuration.limits.headBytesMax + 1)
        case .lingering: true
        case .answering, .streaming, .following, .closing, .ended: false
        }
    }

    func endWhereIdle() {
        // A request that came in this very turn is under way.
        if wait == .idle, input.isEmpty {
            // One that has just been accepted has its request on the way, which nobody else would answer.
            return isFresh ? wait(for: .idle) : end()
        }
        endFollowing()
    }
}
