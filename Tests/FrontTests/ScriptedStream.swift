import Eventual
import HTTP
import Synchronization

/// The text of a test's streams, which the test's thread extends, and counters of the streams.
final class StreamScript: Sendable {
    private struct State {
        var said: [UInt8] = []
        var hasEnded = false
        var beatMilliseconds = 60_000
        var opened = 0
        var closed = 0
        var madeInTurn = 0
        var madeInATurnMax = 0
        var wakes: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    var opened: Int { state.withLock { $0.opened } }
    var closed: Int { state.withLock { $0.closed } }
    /// The counters of one loop.
    var madeInATurnMax: Int { state.withLock { $0.madeInATurnMax } }

    var beatMilliseconds: Int {
        get { state.withLock { $0.beatMilliseconds } }
        set { state.withLock { $0.beatMilliseconds = newValue } }
    }

    /// Adds a text to all streams.
    func say(_ text: String) { change { $0.said += text.utf8 } }

    func end() { change { $0.hasEnded = true } }

    private func change(_ body: (inout State) -> Void) {
        let wakes = state.withLock { state in
            body(&state)
            return state.wakes
        }
        for wake in wakes { wake() }
    }

    func add(_ wake: @escaping @Sendable () -> Void) { state.withLock { $0.wakes.append(wake) } }
    func noteOpened() { state.withLock { $0.opened += 1 } }
    func noteClosed() { state.withLock { $0.closed += 1 } }

    func noteMade() {
        state.withLock { state in
            state.madeInTurn += 1
            state.madeInATurnMax = max(state.madeInATurnMax, state.madeInTurn)
        }
    }

    func noteTurnEnd() { state.withLock { $0.madeInTurn = 0 } }

    /// The text after a position; `nil` if there is none and the end has come.
    func said(from start: Int) -> [UInt8]? {
        state.withLock { state in
            start == state.said.count && state.hasEnded ? nil : Array(state.said[start...])
        }
    }
}

/// A stream of the script's text, with `.` for each beat.
final class ScriptedStream: BodyStream {
    private let script: StreamScript
    private let handler: ScriptedHandler
    private var reader: (any BodyStreamReader)?
    private var saidCount = 0
    private var waiting: [UInt8] = []
    /// The number of `m`s that the stream produces first.
    private var toMakeCount: Int
    /// Waits before each `m`; `nil` if they are made at once.
    private let wait: (() async -> Void)?

    init(_ script: StreamScript, _ handler: ScriptedHandler, toMakeCount: Int, wait: (() async -> Void)?) {
        self.script = script
        self.handler = handler
        self.toMakeCount = toMakeCount
        self.wait = wait
    }

    var beatMilliseconds: Int { script.beatMilliseconds }

    func open(for reader: any BodyStreamReader) {
        self.reader = reader
        handler.streams.append(self)
        script.noteOpened()
    }

    var nextTakesTurn: Bool { toMakeCount > 0 }

    func next() throws(BodyFailure) -> Eventual<[UInt8]?, BodyFailure> {
        if toMakeCount > 0 {
            guard let wait else { return .now(make()) }
            return .later { () async throws(BodyFailure) in
                await wait()
                return self.make()
            }
        }
        guard let said = script.said(from: saidCount) else { return .now(nil) }
        saidCount += said.count
        defer { waiting = [] }
        return .now(waiting + said)
    }

    private func make() -> [UInt8] {
        toMakeCount -= 1
        script.noteMade()
        return [UInt8(ascii: "m")]
    }

    func beat() { waiting += [UInt8(ascii: ".")] }

    func close() {
        precondition(reader != nil, "a stream must be closed once, after it was opened")
        reader = nil
        handler.streams.removeAll { $0 === self }
        script.noteClosed()
    }

    func wake() { reader?.streamHasMore() }
}
