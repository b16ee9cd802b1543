import HTTP
import Posix

/// One client's connection, served by one task that reads straight through: request, answer, request, answer.
final class Connection: @unchecked Sendable {
    // Safe: it belongs to one event loop. Its task runs on that loop's executor and the loop calls it from its own thread;
    // nobody else has it.

    /// Why a connection ends before its time.
    enum Ending: Error {
        /// The peer has gone, or the time for its answer has.
        case gone
        /// The request did not come in time.
        case timedOut
        case refused(RequestError)
    }

    /// What the connection waits for, which decides how long it may.
    private enum Phase {
        case idle, head, body, writing, lingering
        /// For the handler, which is ours to answer in time.
        case answering
    }

    /// A pipeline's answers are sent once there is so much of them, or nothing more to answer.
    private static let outputBytesMax = 64 * 1024
    /// A client that sends ahead of its answers is read no further than this, or than a head may be long.
    private static let inputBytesMax = 64 * 1024
    /// What an idle connection keeps of its output buffer.
    private static let idleOutputCapacityMax = 2 * 1024
    /// Requests of one pipeline that are answered before other connections have their turn.
    private static let requestsPerTurnMax = 64

    let token: UInt64
    let peer: Endpoint
    /// The tick in which the loop looks at `deadline`.
    private(set) var scheduledTick: Int64?

    /// The loop's table holds the connection in turn, until it is removed.
    private let loop: EventLoop
    private let socket: Socket
    private var parser: RequestParser
    private var input = InputBuffer()
    private var output: [UInt8] = []
    private var sentCount = 0
    private var requestsInTurn = 0

    private var phase = Phase.answering
    private var deadline: Int64?
    private var isExpired = false
    /// The kernel may hold bytes that were not received yet.
    private var mayHaveInput = false
    /// The kernel has said that the peer sends no more; the end itself may still stand behind bytes.
    private var endWasReported = false
    private var inputHasEnded = false
    private var isBroken = false
    private var waiter: Resumption<Void>?

    init(socket: consuming Socket, peer: Endpoint, token: UInt64, loop: EventLoop) {
        self.socket = socket
        self.peer = peer
        self.token = token
        self.loop = loop
        parser = RequestParser(limits: loop.configuration.limits)
    }

    /// Answers requests until one of both sides ends it.
    func serve() async {
        do throws(Ending) {
            var keepsAlive = true
            while keepsAlive { keepsAlive = try await answerNext() }
            try await flush()
            if !input.isEmpty || mayHaveInput { await linger() }
        } catch .refused(let error) {
            await refuse(error)
        } catch .timedOut {
            await refuse(RequestError(.requestTimeout, "The request did not come in time."))
        } catch {}
        loop.remove(self)
    }

    /// Answers one request; false where it was the last.
    private func answerNext() async throws(Ending) -> Bool {
        let request = try await nextRequest()
        enter(.answering)
        let response = await loop.handler.respond(to: request)
        let keepsAlive = request.keepsAlive && !loop.isStopping
        Encoder.encode(
            response,
            .init(
                keepsAlive: keepsAlive, isHTTP11: request.isHTTP11, omitsBody: request.method == .head, date: loop.date),
            into: &output)
        if output.count >= Self.outputBytesMax { try await flush() }
        return keepsAlive
    }

    private func nextRequest() async throws(Ending) -> Request {
        while true {
            let outcome: RequestParser.Outcome
            do throws(RequestError) {
                outcome = try parser.parse(&input)
            } catch {
                throw .refused(error)
            }
            switch outcome {
            case .request(let request):
                requestsInTurn += 1
                if requestsInTurn >= Self.requestsPerTurnMax { await letOthersIn() }
                return request
            case .needsContinue:
                output.append(contentsOf: Encoder.continueResponse)
            case .needsInput:
                try await flush()
                try await waitForInput()
            }
        }
    }

    /// Says why, and reads away what still comes: closing with bytes unread would reset the answer on its way.
    private func refuse(_ error: RequestError) async {
        let response = loop.handler.response(to: error)
        Encoder.encode(
            response, .init(keepsAlive: false, isHTTP11: true, omitsBody: false, date: loop.date), into: &output)
        isExpired = false
        guard (try? await flush()) != nil else { return }
        await linger()
    }

    /// Reads away what still comes, until the client has seen the end and closes, or its time is over.
    private func linger() async {
        socket.finishSending()
        enter(.lingering)
        do throws(Ending) {
            while true {
                input.removeAll()
                try await waitForMore()
            }
        } catch {}
    }
}

extension Connection {
    private func flush() async throws(Ending) {
        while sentCount < output.count {
            let count: Int?
            do throws(SystemError) {
                count = try socket.send(output, from: sentCount)
            } catch {
                throw .gone
            }
            if let count {
                sentCount += count
                if phase == .writing { enter(.writing) }
            } else {
                if phase != .writing { enter(.writing) }
                await suspend()
                if isExpired || isBroken { throw .gone }
            }
        }
        // Only a connection that waits to write is left asleep by what arrives.
        if phase == .writing { enter(.answering) }
        output.removeAll(keepingCapacity: output.capacity <= Self.idleOutputCapacityMax)
        sentCount = 0
    }

    private func waitForInput() async throws(Ending) {
        // A head that has begun stays one: a drip of empty lines, each of which is read away, prolongs nothing.
        let next: Phase = parser.isInsideBody ? .body : input.isEmpty && phase != .head ? .idle : .head
        if phase != next { enter(next) }
        if next == .idle, loop.isStopping { throw .gone }
        do throws(Ending) {
            try await waitForMore()
        } catch {
            if case .timedOut = error, next == .idle { throw .gone }
            throw error
        }
    }

    private func waitForMore() async throws(Ending) {
        let count = input.count
        while input.count == count {
            if inputHasEnded || isBroken { throw .gone }
            // Not asked right after waking up: what had come in time counts, even where the loop was late to see it.
            if isExpired { throw .timedOut }
            if mayHaveInput { loop.receiveNextTurn(self) }
            await suspend()
        }
    }

    private func letOthersIn() async {
        loop.receiveNextTurn(self)
        await suspend()
    }

    private func suspend() async {
        requestsInTurn = 0
        await Resumption.suspend { resumption in
            precondition(waiter == nil, "a connection has one task")
            waiter = resumption
        }
    }

    private func resume() {
        guard let waiter else { return }
        self.waiter = nil
        waiter.resume(returning: ())
    }
}

/// What the loop calls.
extension Connection {
    func register(with poller: borrowing Poller) throws(SystemError) {
        try poller.addEdgeTriggered(socket.descriptor, token: token)
    }

    func becameReady(_ readiness: Poller.Readiness, receiveBuffer: inout [UInt8]) {
        if readiness.ended { endWasReported = true }
        if readiness.readable || readiness.ended { receive(into: &receiveBuffer) }
        if readiness.writable, phase == .writing { resume() }
    }

    func receive(into buffer: inout [UInt8]) {
        // Edges are reported once: what is left in the kernel is fetched when there is room for it.
        let inputBytesMax = max(Self.inputBytesMax, loop.configuration.limits.headBytesMax + 1)
        guard input.count < inputBytesMax || phase == .lingering else {
            mayHaveInput = true
            resumeReader()
            return
        }
        do throws(SystemError) {
            switch try socket.receive(into: &buffer) {
            case .bytes(let count):
                input.append(buffer[..<count])
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
        resumeReader()
    }

    private func resumeReader() {
        if phase != .writing || isBroken { resume() }
    }

    /// The scheduled tick has come: ends what is too late, and enters again what is not.
    func lookAtDeadline(now: Int64, _ wheel: inout DeadlineWheel) {
        scheduledTick = nil
        guard let deadline else { return }
        if deadline <= now {
            self.deadline = nil
            isExpired = true
            resume()
        } else {
            scheduledTick = wheel.insert(token, at: deadline)
        }
    }

    func endWhereIdle() {
        // A request that came in this very turn is under way.
        guard phase == .idle, input.isEmpty else { return }
        isBroken = true
        resume()
    }

    private func enter(_ phase: Phase) {
        self.phase = phase
        let timeouts = loop.configuration.timeouts
        let milliseconds: Int? =
            switch phase {
            case .idle: timeouts.idleMilliseconds
            case .head: timeouts.headMilliseconds
            case .body: timeouts.bodyMilliseconds
            case .writing: timeouts.writeMilliseconds
            case .lingering: timeouts.lingerMilliseconds
            case .answering: nil
            }
        isExpired = false
        guard let milliseconds else {
            deadline = nil
            return
        }
        let deadline = loop.now + Int64(milliseconds) * 1_000_000
        self.deadline = deadline
        // A deadline that moves away is found again when its tick comes; only one that comes nearer is entered anew.
        if scheduledTick.map({ $0 * DeadlineWheel.tickNanoseconds > deadline + DeadlineWheel.tickNanoseconds }) ?? true
        {
            scheduledTick = loop.schedule(self, at: deadline)
        }
    }
}
