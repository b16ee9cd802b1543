import Front
import Glibc
import HTTP
import Posix
import Synchronization
import TestSupport
import Testing

/// A front on a free port of the loopback, stopped when the test is over.
final class TestFront: Sendable {
    let script = Script()
    let listeners: [Listener]
    private let front: Front
    private let isStopped = Flag()

    /// The clock of the front; `nil` if that is the system's.
    private let clock: TestClock?

    init(
        hosts: [String] = ["127.0.0.1"], clock: TestClock? = nil,
        _ configure: (inout FrontConfiguration) -> Void = { _ in }
    ) throws {
        self.clock = clock
        var configuration = FrontConfiguration()
        if let clock { configuration.monotonicNanoseconds = { clock.nanoseconds } }
        configure(&configuration)
        listeners = try Listener.listen(on: try hosts.flatMap { try Endpoint.resolve(host: $0, port: 0) })
        front = try Front(
            configuration: configuration, listeners: listeners,
            makeHandler: { [script] _ in ScriptedHandler(script) },
            onFailure: { Issue.record("the loop failed: \($0)") })
    }

    var endpoint: Endpoint { listeners[0].endpoint }
    var snapshot: FrontSnapshot { front.snapshot }
    var longestTurnNanoseconds: Int64 { front.longestTurnNanoseconds(now: SystemClock.monotonicNanoseconds()) }

    func client(patienceMilliseconds: Int = 20_000) throws -> TestClient {
        try TestClient(endpoint, patienceMilliseconds: patienceMilliseconds)
    }

    /// Lets time pass on the front's clock, and waits until each loop has looked at its deadlines.
    func pass(milliseconds: Int) {
        guard let clock else { preconditionFailure("the front must have a test clock") }
        clock.advance(byMilliseconds: Int64(milliseconds))
        waitForTurns()
    }

    /// Waits until each loop has finished a turn that began after the call.
    func waitForTurns() {
        for loop in 0..<front.loopCount {
            // A turn may run the first job before it calls connections; the second one is of a later turn.
            for _ in 0..<2 {
                let isDone = Flag()
                front.run(onLoop: loop) { isDone.set() }
                #expect(throws: Never.self) { try eventually { isDone.isSet } }
            }
        }
    }

    /// Sends bytes, and waits until the front has received them.
    func receive(_ bytes: [UInt8], from client: TestClient) throws {
        let expectedBytes = snapshot.receivedBytes + bytes.count
        try client.send(bytes)
        try eventually { snapshot.receivedBytes >= expectedBytes }
        waitForTurns()
    }

    func receive(_ text: String, from client: TestClient) throws { try receive(Array(text.utf8), from: client) }

    func receive(_ byte: UInt8, from client: TestClient) throws { try receive([byte], from: client) }

    /// Has a loop wait until the script unblocks it, and returns when it waits.
    func block(loop: Int) throws {
        let isBlocked = Flag()
        front.run(onLoop: loop) { [script] in
            isBlocked.set()
            try? eventually { script.isUnblocked }
        }
        try eventually { isBlocked.isSet }
    }

    /// Tells all loops to stop.
    func beginStop(withinMilliseconds milliseconds: Int = 10_000) {
        precondition(!isStopped.isSet, "a front must be stopped once")
        isStopped.set()
        clock?.run()
        front.beginStop(withinMilliseconds: milliseconds)
    }

    func waitForStop() { front.waitForStop() }

    /// Stops, and returns the number of milliseconds that the stop took.
    @discardableResult
    func stop(withinMilliseconds milliseconds: Int = 10_000) -> Int {
        millisecondsTaken {
            beginStop(withinMilliseconds: milliseconds)
            waitForStop()
        }
    }

    deinit {
        // A request that the test still holds would keep the front from ending.
        guard !isStopped.isSet else { return }
        clock?.run()
        front.stop(withinMilliseconds: 2_000)
    }
}

func millisecondsTaken(_ body: () throws -> Void) rethrows -> Int {
    let start = SystemClock.monotonicNanoseconds()
    try body()
    return Int((SystemClock.monotonicNanoseconds() - start) / 1_000_000)
}

func millisecondsNow() -> Int {
    Int(SystemClock.monotonicNanoseconds() / 1_000_000)
}
