import Eventual
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
    /// The time for requests of one pipeline before other connections have their turn. A request that has begun is finished.
    private static let pipelineNanosecondsMax: Int64 = 200_000
    /// What receiving costs, about: copying 64 KiB from the kernel takes 16 µs.
    private static let receivedBytesPerNanosecond: Int64 = 4
    /// What a connection may hold in its buffers whatever all others hold.
    private static let bufferedBytesGuaranteed = 16 * 1024

    let token: UInt64
    let peerAddress: IPAddress
    /// True if the peer is a proxy that we trust, whose requests count for the clients that it names.
    let isProxied: Bool
    /// The client, of which the connection is a part: the peer, or the client of the last request that a proxy sent.
    var share: ClientShare
    /// Its place among the share's members, which the share sets.
    var memberIndex = 0
    /// The client that a proxy's request in progress is counted for; `nil` if there is none.
    var countedNetwork: IPAddress?
    /// When the requests of its pipeline have used the connection's turn.
    private var pipelineEndsAt: Int64 = 0
    /// What the last steps of the connection have cost.
    var cost = StepCost()
    /// Whether the loop has it on its list of those to move on.
    var isRunnable = false
    /// The tick in which the loop looks at `deadline`.
    var scheduledTick: Int64?

    /// The loop's table holds the connection in turn, until it is removed.
    let loop: EventLoop
    let socket: Socket
    private var parser: RequestParser
    private(set) var input = InputBuffer()
    var outbox = Outbox()
    /// What the buffers held when the loop was last told.
    private(set) var bufferedBytes = 0

    var stage = Stage.reading
    /// How the request that is being answered was framed, and so its answer has to be.
    var framing = Encoder.Context(keepsAlive: false, isHTTP11: true, omitsBody: false, date: "")
    var exchange = Exchange(method: nil, beganAt: 0, path: nil)
    var pendingResponse: Eventual<Response, Never>?
    /// Whether it is its turn to make a part of a body, and whether it waits for that.
    var mayMakePart = false
    var awaitsPart = false
    /// Whether the client was told nothing yet that would keep it from sending its next request.
    var clientMaySend = true

    var wait = Wait.nothing
    var deadline: Int64?
    /// When the stream that is followed has its next beat.
    var beatAt: Int64 = 0
    var isExpired = false
    /// Nothing was asked yet.
    var isFresh = true
    /// The kernel may hold bytes that were not received yet.
    private var mayHaveInput = false
    /// The kernel has said that the peer sends no more; the end itself may still stand behind bytes.
    private(set) var endWasReported = false
    private var inputHasEnded = false
    private var isBroken = false

    init(
        socket: consuming Socket, peer: IPAddress, isProxied: Bool, share: ClientShare, token: UInt64, loop: EventLoop
    ) {
        self.socket = socket
        peerAddress = peer
        self.isProxied = isProxied
        self.share = share
        self.token = token
        self.loop = loop
        parser = RequestParser(limits: loop.configuration.limits)
    }

    /// Goes as far as it can without waiting.
    func advance() {
        isRunnable = false
        guard !isEnded else { return }
        var requestsLeft = Self.requestsPerTurnMax
        pipelineEndsAt = loop.clock + Self.pipelineNanosecondsMax
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
        case .holding(let request):
            stage = .reading
            answer(request)
            return true
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
        uncount()
        let result: RequestParser.ParseResult
        do throws(RequestError) {
            result = try parser.parse(&input, bodyBytesMax: loop.handler.bodyBytesMax(of:))
        } catch {
            throw .refused(error)
        }
        switch result {
        case .request(var request):
            request.peer = peerAddress
            if isProxied, !joinClient(of: request) {
                wait(for: .nothing)
                stage = .holding(request)
                loop.makeRunnable(self)
                return false
            }
            answer(request)
            requestsLeft -= 1
            if loop.clock >= pipelineEndsAt { requestsLeft = 0 }
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

    func end() {
        precondition(!isEnded, "a connection ends once")
        uncount()
        if case .following(let stream) = stage { stream.close() }
        stage = .ended
        changeBufferedBytes(to: 0)
        loop.remove(self)
    }

    var isEnded: Bool { if case .ended = stage { true } else { false } }

    /// Tells the loop what the buffers hold, and gives way where all of them together hold too much.
    private func accountForBuffers() throws(Ending) {
        let count = input.heldBytes + outbox.heldBytes + parser.bodyBytes
        if count != bufferedBytes { changeBufferedBytes(to: count) }
        guard count > Self.bufferedBytesGuaranteed, loop.holdsTooMuch(of: share) else { return }
        guard wait == .body else { throw .gone }
        throw .refused(RequestError(.serviceUnavailable, "The server holds too many unfinished requests."))
    }

    private func changeBufferedBytes(to count: Int) {
        loop.changeBufferedBytes(by: count - bufferedBytes)
        share.heldBytes += count - bufferedBytes
        bufferedBytes = count
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
                share.turns.charge(Int64(count) / Self.receivedBytesPerNanosecond)
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
        case .holding, .answering, .streaming, .following, .closing, .ended: false
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
