import Front
import Glibc
import HTTP
import Posix
import Synchronization
import Testing

/// A front on a free port of the loopback, stopped when the test is over.
final class TestFront: Sendable {
    let script = Script()
    let listeners: [Listener]
    private let front: Front
    private let isStopped = Flag()

    init(hosts: [String] = ["127.0.0.1"], _ configure: (inout FrontConfiguration) -> Void = { _ in }) throws {
        var configuration = FrontConfiguration()
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

    /// Stops, and says how many milliseconds that took.
    @discardableResult
    func stop(withinMilliseconds milliseconds: Int = 10_000) -> Int {
        precondition(!isStopped.isSet, "a front is stopped once")
        isStopped.set()
        return millisecondsTaken { front.stop(withinMilliseconds: milliseconds) }
    }

    deinit {
        // A request that the test still holds would keep the front from ending.
        if !isStopped.isSet { front.stop(withinMilliseconds: 2_000) }
    }
}

func millisecondsTaken(_ body: () throws -> Void) rethrows -> Int {
    let start = SystemClock.monotonicNanoseconds()
    try body()
    return Int((SystemClock.monotonicNanoseconds() - start) / 1_000_000)
}

/// Waits for a condition that another thread brings about; at most 20 seconds.
@discardableResult
func waitUntil(_ condition: () -> Bool) -> Bool {
    let end = SystemClock.monotonicNanoseconds() + 20_000_000_000
    while !condition() {
        guard SystemClock.monotonicNanoseconds() < end else { return false }
        usleep(500)
    }
    return true
}

func millisecondsNow() -> Int {
    Int(SystemClock.monotonicNanoseconds() / 1_000_000)
}

/// Set by one thread, seen by another.
final class Flag: Sendable {
    private let value = Mutex(false)

    var isSet: Bool { value.withLock { $0 } }

    func set() { value.withLock { $0 = true } }
}
