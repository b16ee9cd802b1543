import Eventual
import HTTP

@testable import Front

/// All that can happen to a ``ConnectionState``: what ``Connection`` does with each step, with every result that the
/// client, the kernel and the handler can cause.
struct ConnectionMove {
    let name: String
    let state: ConnectionState
    /// The continuation that the state has asked for; `nil` after an event from outside, which has the loop call the
    /// connection.
    let continuation: ConnectionState.Continuation?
    var isStopping = false
}

/// The moves that lead from one state to others.
struct ConnectionExplorer {
    typealias Continuation = ConnectionState.Continuation

    let state: ConnectionState
    let isStopping: Bool
    private(set) var moves: [ConnectionMove] = []

    private final class Parts: BodyParts {
        func next() throws(BodyFailure) -> Eventual<[UInt8]?, BodyFailure> { .now(nil) }
    }

    private final class Stream: BodyStream {
        let beatMilliseconds = 1_000
        let nextTakesTurn = false
        func open(for reader: any BodyStreamReader) {}
        func next() throws(BodyFailure) -> Eventual<[UInt8]?, BodyFailure> { .now(nil) }
        func beat() {}
        func close() {}
    }

    private let parts = Parts()
    private let stream = Stream()
    private static let request: Request = {
        var parser = RequestParser(limits: Limits())
        var input = InputBuffer()
        input.append(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)[...])
        guard case .request(let request)? = try? parser.parse(&input) else {
            preconditionFailure("the request is valid")
        }
        return request
    }()

    init(_ state: ConnectionState, isStopping: Bool) {
        (self.state, self.isStopping) = (state, isStopping)
        guard !state.isEnded else { return }
        addEvents()
        addSteps()
    }

    /// The facts about the loop. If the timer of a stream has expired, the next beat is due.
    private var surroundings: ConnectionState.Surroundings {
        var now: Int64 = 0
        if case .following(let beatAt) = state.timer.event, state.timer.isExpired { now = beatAt }
        return .init(now: now, isStopping: isStopping, timeouts: Timeouts())
    }

    private mutating func add(
        _ name: String, isStopping: Bool? = nil, _ move: (inout ConnectionState) -> Continuation?
    ) {
        var next = state
        let continuation = move(&next)
        if continuation == .end { next.end() }
        if continuation == .refuseAsLate { next.refuse() }
        moves.append(
            ConnectionMove(
                name: name, state: next, continuation: continuation, isStopping: isStopping ?? self.isStopping))
    }

    private mutating func addEvents() {
        for isEnd in [false, true] where state.input == .open(mayHaveMore: false) || isEnd {
            add("report \(isEnd)") { state in
                state.input.wasReported(isEnd: isEnd)
                return nil
            }
        }
        if state.input.mayReceive, state.takesInput(bufferedBytes: 0, bytesMax: 1) {
            let results: [ConnectionInput.Received] = [
                .bytes(fillBuffer: true), .bytes(fillBuffer: false), .wouldBlock, .end, .failure,
            ]
            for received in results {
                add("receive \(received)") { state in
                    state.input.changed(by: received)
                    return nil
                }
            }
        }
        if state.timer.deadline != nil {
            add("expire") { state in
                state.expire()
                return nil
            }
        }
        if state.partTurn == .waitsForTurn {
            add("grant") { state in
                state.partTurn.grant()
                return nil
            }
        }
        if !isStopping {
            let surroundings = ConnectionState.Surroundings(now: 0, isStopping: true, timeouts: Timeouts())
            for hasUnreadInput in [false, true] {
                add("stop", isStopping: true) { state in
                    let continuation = state.serverStops(hasUnreadInput: hasUnreadInput, surroundings)
                    return continuation == .end ? .end : nil
                }
            }
        }
        if case .responding = state.stage { addResponses() }
    }

    private mutating func addResponses() {
        let bodies: [(String, Response.Body)] = [
            ("bytes", .bytes([])), ("parts", .parts(parts)), ("stream", .stream(stream)),
        ]
        let surroundings = surroundings
        for (name, body) in bodies {
            for (omitsBody, isHTTP11) in [(false, true), (false, false), (true, true), (true, false)] {
                add("respond with \(name) \(omitsBody) \(isHTTP11)") { state in
                    _ = state.beginResponse(body, omitsBody: omitsBody, isHTTP11: isHTTP11, surroundings)
                    return .step
                }
            }
        }
    }

    private mutating func addSteps() {
        let surroundings = surroundings
        var next = state
        switch next.nextStep() {
        case .parse: addParsing()
        case .respond:
            add("answer the held request") { state in
                _ = state.nextStep()
                state.beginRequest(keepsAlive: true)
                return nil
            }
        case .send: addSending { _ in nil }
        case .makePart:
            for (name, ends) in [("part", false), ("last part", true)] {
                addSending(name) { state in
                    guard state.partTurn.take() else { return nil }
                    if ends { state.responseEnded() } else { state.partTurn.wait() }
                    return ends ? .step : nil
                }
            }
            // The part has to be waited for, or is waited for. The handler ends that wait, as it ends that for a
            // response.
            addSending("late part") { state in
                _ = state.partTurn.take()
                return nil
            }
            addSending("awaited part") { _ in nil }
        case .follow: addFollowing()
        case .sendLast:
            for hasUnreadInput in [false, true] {
                addSending { $0.lastByteWasSent(hasUnreadInput: hasUnreadInput, surroundings) }
            }
        case .discardInput: add("discard") { $0.inputWasDiscarded() }
        case .end: add("end") { _ in .end }
        }
    }

    private mutating func addParsing() {
        let surroundings = surroundings
        for (isInsideBody, hasPartOfHead) in [(false, false), (false, true), (true, false)] {
            addSending("needs \(isInsideBody ? "body" : hasPartOfHead ? "head" : "request")") {
                $0.needsInput(isInsideBody: isInsideBody, hasPartOfHead: hasPartOfHead, surroundings)
            }
        }
        for keepsAlive in [false, true] {
            add("request \(keepsAlive)") { state in
                state.beginRequest(keepsAlive: keepsAlive)
                return nil
            }
        }
        add("hold") { state in
            state.hold(Self.request)
            return nil
        }
        add("malformed") { state in
            state.refuse()
            return .step
        }
    }

    private mutating func addFollowing() {
        let surroundings = surroundings
        guard !state.input.clientHasFinished else {
            return add("client has gone") { state in
                state.breakOffStream()
                return .step
            }
        }
        addSending("silence") { state in
            _ = state.takeBeat(every: 1_000, surroundings)
            state.streamIsSilent(surroundings)
            return .pause
        }
        addSending("end of the stream") { state in
            state.responseEnded()
            return .step
        }
    }

    /// Adds a move in which the kernel takes all bytes, and one in which it takes none.
    private mutating func addSending(_ name: String = "send", _ then: (inout ConnectionState) -> Continuation?) {
        let surroundings = surroundings
        add("blocked") { $0.sendingIsBlocked(surroundings) ? .pause : .end }
        add(name) { state in
            state.allBytesWereSent()
            return then(&state)
        }
    }
}
