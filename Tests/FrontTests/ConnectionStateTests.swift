import Testing

@testable import Front

/// All states that a connection can reach are visited, and the rules are checked in each of them.
@Suite("The states of a connection") struct ConnectionStateTests {
    /// The state without its points in time, so that there is a finite number of them.
    private static func key(_ move: ConnectionMove) -> String {
        let state = move.state
        let members = Mirror(reflecting: state).children.filter { ["keepsAlive", "clientMaySend"].contains($0.label) }
        return [
            name(state.stage), "\(state.input)", "\(state.partTurn)", name(state.timer.event),
            "\(state.timer.deadline == nil)", "\(state.timer.isExpired)", "\(state.isFresh)", "\(move.isStopping)",
        ].joined(separator: " ") + members.map { " \($0.value)" }.joined()
    }

    private static func name(_ stage: ConnectionState.Stage) -> String {
        switch stage {
        case .reading: "reading"
        case .holding: "holding"
        case .responding: "responding"
        case .streaming: "streaming"
        case .following: "following"
        case .closing(let clientMaySend): "closing \(clientMaySend)"
        case .lingering: "lingering"
        case .ended: "ended"
        }
    }

    private static func name(_ event: ConnectionTimer.Event) -> String {
        if case .following = event { "following" } else { "\(event)" }
    }

    /// Calls `check` with each reachable state and the moves that lead from it, for a client's and for a proxy's
    /// connection. Returns the number of states of the one that has more.
    @discardableResult
    private static func visitAll(_ check: (_ from: ConnectionMove, _ moves: [ConnectionMove]) -> Void) -> Int {
        max(visitAll(isProxied: false, check), visitAll(isProxied: true, check))
    }

    private static func visitAll(
        isProxied: Bool, _ check: (_ from: ConnectionMove, _ moves: [ConnectionMove]) -> Void
    ) -> Int {
        let state = ConnectionState(isProxied: isProxied)
        let start = ConnectionMove(name: "accept", state: state, continuation: nil)
        var waiting = [start]
        var seen: Set = [key(start)]
        while let move = waiting.popLast() {
            let moves = ConnectionExplorer(move.state, isStopping: move.isStopping).moves
            check(move, moves)
            for next in moves where seen.insert(key(next)).inserted { waiting.append(next) }
        }
        return seen.count
    }

    @Test("Each stage is reachable, and the number of states is finite") func reachability() {
        var stages: Set<String> = []
        let count = Self.visitAll { from, _ in stages.insert(Self.name(from.state.stage)) }
        #expect(
            stages == [
                "reading", "holding", "responding", "streaming", "following", "closing true", "closing false",
                "lingering", "ended",
            ])
        #expect(count < 10_000)
    }

    @Test("A connection that pauses for its client has a deadline") func pausesEnd() {
        Self.visitAll { from, moves in
            for move in moves where move.continuation == .pause {
                #expect(move.state.timer.deadline != nil, "\(Self.key(from)) --\(move.name)-> \(Self.key(move))")
            }
        }
    }

    @Test("A connection receives in a later turn only if there may be more") func noSpinning() {
        Self.visitAll { from, moves in
            for move in moves where move.continuation == .receive {
                #expect(move.state.input.mayReceive, "\(Self.key(from)) --\(move.name)-> \(Self.key(move))")
            }
        }
    }

    @Test("A client that has used up its time is not waited for again") func expiry() {
        Self.visitAll { from, moves in
            let event = Self.name(from.state.timer.event)
            guard from.state.timer.isExpired else { return }
            let same: (ConnectionMove) -> Bool =
                switch event {
                case "idle": { $0.name == "needs request" }
                case "head": { $0.name == "needs head" || $0.name == "needs request" }
                case "body": { $0.name == "needs body" }
                case "writing": { $0.name == "blocked" }
                case "lingering": { $0.name == "discard" }
                default: { _ in false }
                }
            for move in moves where same(move) {
                let isOver = move.state.isEnded || move.continuation == .refuseAsLate
                #expect(isOver, "\(Self.key(from)) --\(move.name)-> \(Self.key(move))")
            }
        }
    }

    @Test("After the last response no request is read, and an ended connection takes no step") func orderOfStages() {
        Self.visitAll { from, moves in
            let after: Set<String>
            switch from.state.stage {
            case .closing: after = ["closing true", "closing false", "lingering", "ended"]
            case .lingering: after = ["lingering", "ended"]
            case .ended: after = []
            default: return
            }
            for move in moves {
                #expect(
                    after.contains(Self.name(move.state.stage)), "\(Self.key(from)) --\(move.name)-> \(Self.key(move))")
            }
        }
    }

    @Test("Input stays in the kernel while a response is made or sent") func takingInput() {
        Self.visitAll { from, _ in
            let takes = from.state.takesInput(bufferedBytes: 0, bytesMax: 1)
            switch from.state.stage {
            case .reading: #expect(takes == (from.state.timer.event != .writing))
            case .lingering: #expect(takes)
            default: #expect(!takes)
            }
            #expect(!from.state.takesInput(bufferedBytes: 1, bytesMax: 1) || Self.name(from.state.stage) == "lingering")
        }
    }

    @Test("Only a connection without a whole request, a stream, or an unread response is closed for others")
    func closingRanks() {
        Self.visitAll { from, _ in
            let rank = from.state.closingRank(hasUnreadInput: false)
            switch (from.state.stage, from.state.timer.event) {
            case (.reading, .idle): #expect(rank == 0)
            case (.reading, .head), (.lingering, _): #expect(rank == 1)
            case (.reading, .body), (.following, _): #expect(rank == 2)
            case (.reading, .writing), (.streaming, .writing), (.closing, .writing): #expect(rank == 3)
            default: #expect(rank == nil)
            }
        }
    }

    @Test("A connection that a proxy keeps gets time for one more request at a stop", arguments: [false, true])
    func idleConnections(isProxied: Bool) {
        let serving = ConnectionState.Surroundings(now: 0, isStopping: false, timeouts: .init())
        let stopping = ConnectionState.Surroundings(now: 5, isStopping: true, timeouts: .init())
        var state = ConnectionState(isProxied: isProxied)
        state.beginRequest(keepsAlive: true)
        let keepsAlive = state.beginResponse(.bytes([]), omitsBody: false, isHTTP11: true, serving)
        #expect(keepsAlive)
        let beforeStop = state.needsInput(isInsideBody: false, hasPartOfHead: false, serving)
        let afterStop = state.serverStops(hasUnreadInput: false, stopping)
        let later = state.needsInput(isInsideBody: false, hasPartOfHead: false, stopping)
        let expected: ConnectionState.Continuation = isProxied ? .pause : .end
        #expect([beforeStop, afterStop, later] == [.pause, expected, expected])
        #expect(!isProxied || state.timer.deadline == 1_000_000_005)
    }

    @Test("A request that the kernel holds is received at a stop", arguments: [false, true])
    func reportedRequests(isExpired: Bool) {
        let serving = ConnectionState.Surroundings(now: 0, isStopping: false, timeouts: .init())
        let stopping = ConnectionState.Surroundings(now: 5, isStopping: true, timeouts: .init())
        var state = ConnectionState()
        state.beginRequest(keepsAlive: true)
        state.input.wasReported(isEnd: false)
        let keepsAlive = state.beginResponse(.bytes([]), omitsBody: false, isHTTP11: true, serving)
        #expect(keepsAlive)
        let beforeStop = state.needsInput(isInsideBody: false, hasPartOfHead: false, serving)
        let afterStop = state.serverStops(hasUnreadInput: false, stopping)
        #expect(state.timer.deadline == 1_000_000_005)
        // A client that sends empty lines without end is not waited for.
        if isExpired { state.expire() }
        let later = state.needsInput(isInsideBody: false, hasPartOfHead: false, stopping)
        #expect([beforeStop, afterStop, later] == [.receive, .pause, isExpired ? .end : .receive])
        state.input.changed(by: .wouldBlock)
        let last = state.needsInput(isInsideBody: false, hasPartOfHead: false, stopping)
        #expect(last == .end, "nothing was there")
    }

    @Test("A connection that was accepted just before a stop gets time for its first request") func freshConnections() {
        let stopping = ConnectionState.Surroundings(now: 5, isStopping: true, timeouts: .init())
        var state = ConnectionState()
        let serving = ConnectionState.Surroundings(now: 0, isStopping: false, timeouts: .init())
        let beforeStop = state.needsInput(isInsideBody: false, hasPartOfHead: false, serving)
        let afterStop = state.serverStops(hasUnreadInput: false, stopping)
        #expect([beforeStop, afterStop] == [.pause, .pause])
        let deadline: Int64 = 1_000_000_005
        #expect(state.timer.deadline == deadline)
        state.beginRequest(keepsAlive: true)
        let keepsAlive = state.beginResponse(.bytes([]), omitsBody: false, isHTTP11: true, stopping)
        #expect(!keepsAlive)
        guard case .closing(clientMaySend: true) = state.stage else {
            Issue.record("\(state.stage)")
            return
        }
    }
}
