import EndToEndSupport
import Foundation
import Posix
import SQLite
import Synchronization
import TestSupport
import Testing

/// Martlet under a service manager such as systemd: passed sockets and notifications.
@Suite(.serialized)
struct ServiceManagerTests {
    @Test(arguments: ServiceManagerDouble.NotifyAddress.allCases)
    func tellsHowItIs(address: ServiceManagerDouble.NotifyAddress) throws {
        let manager = try ServiceManagerDouble(address)
        let server = try manager.start(in: try Folder())
        let endpoint = try manager.endpoint()
        #expect(manager.notice() == "READY=1\nSTATUS=serving on \(endpoint)")
        // The server serves as soon as it has notified that it is ready.
        let client = try Client(endpoint: endpoint)
        #expect(try client.send("GET", "/api/user/balance").status == 401)
        server.signal(SIGTERM)
        #expect(manager.notice()?.hasPrefix("STOPPING=1\nSTATUS=finishing the requests of 1 connection") == true)
        #expect(try server.waitForEnd() == 0)
    }

    /// A writer that waits for the disk, or for a lock, does not live; its loops and a timer would.
    @Test(.filesOfSQLite) func theWatchdogIsNotifiedOnlyIfEveryPartWorks() throws {
        let folder = try Folder()
        let manager = try ServiceManagerDouble()
        let server = try manager.start(in: folder, environment: ["WATCHDOG_USEC": "400000"])
        #expect(manager.notice()?.hasPrefix("READY=1") == true)
        for _ in 0..<3 { #expect(manager.notice() == "WATCHDOG=1") }

        let other = try Database(path: folder.file("martlet.db"), mode: .readWriteCreate)
        try other.execute("BEGIN IMMEDIATE")
        try eventually("it misses an answer") { server.logText.contains("no answer within 200 ms from writer") }
        while manager.notice(withinMilliseconds: 0) != nil {}
        #expect(manager.notice(withinMilliseconds: 1000) == nil)
        try other.execute("ROLLBACK")
        #expect(manager.notice() == "WATCHDOG=1")
        other.close()
    }

    /// A socket with another name is not served, nor are sockets that were passed to another process.
    @Test func aSocketForAnotherUseOrProcessIsNotServed() throws {
        let manager = try ServiceManagerDouble()
        let own = ["RUN_ADDRESS": "127.0.0.1:0", "NOTIFY_SOCKET": manager.notifyAddress]
        let admin = try manager.start(in: try Folder(), name: "unheard-of:admin", environment: own)
        #expect(manager.notice()?.contains("\(try manager.endpoint())") == true, "a name that says nothing is http's")
        admin.killAtOnce()
        let accrual = try manager.start(in: try Folder(), name: "accrual", environment: own)
        #expect(manager.notice()?.contains("\(try manager.endpoint())") == false)
        let client = try Client(endpoint: manager.endpoint())
        #expect(try client.send("GET", "/api/orders/18").status == 204, "it is the accrual system's")
        accrual.killAtOnce()
        let pid = own.merging(["LISTEN_FDS": "1", "LISTEN_PID": "1"]) { $1 }
        let server = try Server.serving(in: try Folder(), environment: pid)
        #expect(try server.endpoint() != manager.endpoint())
    }

    /// The socket's address counts, and the owner hears of it at the start, at SIGHUP, and not if the two agree.
    @Test func aSocketAtAnotherAddressIsAWarning() throws {
        let folder = try Folder()
        let manager = try ServiceManagerDouble()
        let endpoint = try manager.endpoint()
        let started = ["RUN_ADDRESS": ""]
        func configure(_ address: String) throws {
            try folder.write(#"{"run_address": "\#(address)"}"#, to: "config.json")
        }
        try configure("127.0.0.1:1")
        let first = try manager.start(in: folder, environment: started)
        #expect(manager.notice()?.hasPrefix("READY=1") == true)
        try eventually("it warns") {
            first.logText.contains(
                "run_address is 127.0.0.1:1, but the socket that was passed counts, and it listens on \(endpoint)")
        }
        first.killAtOnce()
        try configure("\(endpoint)")
        let second = try manager.start(in: folder, environment: started)
        #expect(manager.notice()?.hasPrefix("READY=1") == true)
        try configure("127.0.0.1:2")
        second.signal(SIGHUP)
        try eventually("it warns") {
            second.logText.contains("run_address has changed, and a restart is not enough")
                && second.logText.contains("goes on listening on \(endpoint)")
        }
        #expect(!second.logText.contains("counts") && !second.logText.contains("in force after a restart"))
    }

    /// Ten restarts under a load of one connection a request: those that come in between wait in the kernel.
    @Test func aRestartLosesNoConnection() throws {
        let folder = try Folder()
        let manager = try ServiceManagerDouble()
        let endpoint = try manager.endpoint()
        let load = Load(endpoint)
        var servedBefore = 0
        for _ in 0..<10 {
            let server = try manager.start(in: folder)
            #expect(manager.notice()?.hasPrefix("READY=1") == true)
            try eventually("the load is served") { load.servedCount > servedBefore + 100 }
            servedBefore = load.servedCount
            server.signal(SIGTERM)
            #expect(manager.notice()?.hasPrefix("STOPPING=1") == true)
            #expect(try server.waitForEnd() == 0)
        }
        // Those that wait now are the last server's.
        load.end()
        let last = try manager.start(in: folder)
        #expect(load.join() == [])
        #expect(load.servedCount > 1000)
        last.killAtOnce()
    }
}

/// Clients that connect for every request.
private final class Load: Sendable {
    private static let clientCount = 8
    private let threads: Mutex<[Posix.Thread]>
    private let state: State

    private final class State: Sendable {
        let served = Atomic<Int>(0)
        let isOver = Atomic<Bool>(false)
        let failures = Mutex<[String]>([])
    }

    init(_ endpoint: Endpoint) {
        let state = State()
        self.state = state
        threads = Mutex(
            (0..<Self.clientCount).map { index in
                Posix.Thread(name: "load-\(index)") {
                    while !state.isOver.load(ordering: .relaxed) {
                        do {
                            let status = try Client(endpoint: endpoint).send("GET", "/api/user/balance").status
                            guard status == 401 else { throw TestFailure("\(status)") }
                            state.served.add(1, ordering: .relaxed)
                        } catch {
                            state.failures.withLock { $0.append("\(error)") }
                        }
                    }
                }
            })
    }

    var servedCount: Int { state.served.load(ordering: .relaxed) }

    func end() { state.isOver.store(true, ordering: .relaxed) }

    /// Waits for all threads and returns the failures.
    func join() -> [String] {
        for thread in threads.withLock({ $0 }) { thread.join() }
        return state.failures.withLock { $0 }
    }
}
