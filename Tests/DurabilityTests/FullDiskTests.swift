import EndToEndSupport
import Foundation
import Posix
import Synchronization
import TestSupport
import Testing

/// A disk that fills and empties again and again under a server at work.
@Suite(
    .serialized, .enabled(if: Recorder.library != nil, Comment(rawValue: Recorder.hint)),
    .enabled(if: SmallDisk.isPossible, "only root with CAP_SYS_ADMIN may mount a small disk"))
struct FullDiskTests {
    private static let rounds = 20

    @Test(arguments: 1...UInt64(min(Scale.factor, 10)))
    func writesAreRefusedUntilThereIsRoom(seed: UInt64) throws {
        // More than the log needs in all rounds.
        let disk = try SmallDisk(megabytes: 64)
        let recording = try Recording(seed: seed, shoppers: 3, on: disk)
        let server = try recording.start()
        let reader = try server.client()
        try reader.register("reader")
        let load = Load(recording.shoppers, on: try server.endpoint())
        defer { load.stop() }
        for _ in 0..<Self.rounds {
            try disk.fill()
            let refused = load.refused
            try eventually("writes are refused") { load.refused >= refused + 5 }
            #expect(try reader.send("GET", "/api/user/balance").status == 200)
            #expect(try reader.send("GET", "/api/user/withdrawals").status == 204)
            try disk.empty()
            let answered = load.answered
            try eventually("writes go on") { load.answered >= answered + 20 }
        }
        load.stop()
        #expect(recording.shoppers.flatMap(\.complaints).isEmpty)
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0)

        let trace = try recording.trace()
        let losses = try PowerCuts(trace, seed: seed).losses(0..<20)
        #expect(losses.isEmpty)
        var promises = Promises(try Transcript(trace))
        promises.advance(to: trace.events.count)
        #expect(promises.orders.count > 20 * Self.rounds / 2)
        #expect(Audit.findings(at: recording.database, promises).isEmpty)
    }

    /// Little room comes back to a disk that the log has filled: it has to go to the file, for the log would take it
    /// all.
    @Test func aLogThatFilledItsDiskIsWrittenBack() throws {
        let disk = try SmallDisk(megabytes: 6)
        try disk.take(bytes: 512 << 10)
        let recording = try Recording(seed: 2, shoppers: 1, on: disk)
        let server = try recording.start()
        let shopper = recording.shoppers[0]
        try shopper.connect(to: try server.endpoint())
        func isAnswered() -> Bool { (0..<50).contains { _ in shopper.askNext() != 503 } }
        for _ in 0..<1_000 where isAnswered() {}
        #expect(!isAnswered(), "the log took all of it")
        let admin = try Client(endpoint: try server.adminEndpoint())
        #expect(try admin.send("GET", "/readyz").text == "there is no room on the database's disk\n")
        try disk.empty()
        #expect((0..<200).allSatisfy { _ in isAnswered() })
        #expect(try admin.send("GET", "/readyz").status == 200)
        #expect(shopper.complaints.isEmpty)
    }
}

/// Shoppers that ask without a pause, each on a thread of its own.
private final class Load: Sendable {
    private struct Counts {
        var answered = 0
        var refused = 0
    }

    private final class State: Sendable {
        let counts = Mutex(Counts())
        let isStopping = Atomic<Bool>(false)
    }

    private let state = State()
    private let threads: Mutex<[Posix.Thread]>

    init(_ shoppers: [Shopper], on endpoint: Endpoint) {
        let threads = shoppers.map { [state] shopper in
            Posix.Thread(name: shopper.login) {
                guard (try? shopper.connect(to: endpoint)) != nil else { return }
                while !state.isStopping.load(ordering: .relaxed), let status = shopper.askNext() {
                    state.counts.withLock { counts in
                        if status == 503 { counts.refused += 1 } else { counts.answered += 1 }
                    }
                }
            }
        }
        self.threads = Mutex(threads)
    }

    var answered: Int { state.counts.withLock { $0.answered } }
    var refused: Int { state.counts.withLock { $0.refused } }

    func stop() {
        state.isStopping.store(true, ordering: .relaxed)
        let threads = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in threads { thread.join() }
    }
}
