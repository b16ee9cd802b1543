import EndToEndSupport
import Foundation
import Synchronization
import TestSupport

/// A server's life or several, one after the other on one database, recorded into one trace.
final class Recording {
    /// From a start to an end.
    struct Life {
        /// The number of requests of each shopper.
        var requests: Int
        /// The number of times that the log must be written back and start over before the shoppers stop.
        var logBeginnings = 0
        var end: End
        var fault: Fault?
    }

    enum End {
        /// SIGTERM: the log is written back.
        case stop
        /// SIGKILL, when all has been asked.
        case kill
        /// By the fault, whenever that comes.
        case fault
    }

    let folder: Folder
    let database: String
    let tracePath: String
    /// Held for as long as the database is on it.
    private let disk: SmallDisk?
    private let accrual: AccrualServer
    let shoppers: [Shopper]
    private let drop: Recorder.Drop?

    init(seed: UInt64, shoppers count: Int, drop: Recorder.Drop? = nil, on disk: SmallDisk? = nil) throws {
        folder = try Folder(under: Scratch.path)
        self.disk = disk
        database = disk?.file("martlet.db") ?? folder.file("martlet.db")
        tracePath = folder.file("trace")
        accrual = try Accruals.makeServer()
        shoppers = (1...count).map { Shopper(index: $0, seed: seed) }
        self.drop = drop
    }

    /// Two loops, and an accrual system that is asked at once.
    private static let environment = [
        "MARTLET_HTTP_EVENT_LOOPS": "2", "MARTLET_DISPATCHER_INTERVAL_MS": "10", "MARTLET_DISPATCHER_WORKERS": "2",
        "MARTLET_DISPATCHER_RETRY_DELAY_MIN_MS": "10",
    ]

    /// Starts a server and waits until it listens.
    func start(fault: Fault? = nil) throws -> Server {
        let server = try launch(fault: fault)
        _ = try server.endpoint()
        return server
    }

    func launch(fault: Fault?) throws -> Server {
        var environment = Recorder.environment(database: database, trace: tracePath, drop: drop, fault: fault)
        environment.merge(Self.environment) { $1 }
        environment["DATABASE_URI"] = database
        return try Server.launched(in: folder, accrual: accrual.address, environment: environment)
    }

    func run(_ life: Life) throws {
        let server = try start(fault: life.fault)
        let endpoint = try server.endpoint()
        _ = try atOnce(shoppers.count) { [shoppers] index in
            do {
                try shoppers[index].connect(to: endpoint)
            } catch  where life.fault != nil {
                // It went when others had begun.
                return
            }
            shoppers[index].shop(count: life.requests)
        }
        try shop(untilLogBegins: life.logBeginnings)
        switch life.end {
        case .stop: server.signal(SIGTERM)
        case .kill: server.signal(SIGKILL)
        case .fault: if server.isRunning { server.signal(SIGKILL) }
        }
        _ = try server.waitForEnd()
    }

    /// All at once, and none waits for the others: the writer is to be idle seldom, because idle it writes the log back
    /// in one step.
    private func shop(untilLogBegins times: Int) throws {
        guard times > 0 else { return }
        let end = try Self.logBeginnings(of: database) + times
        _ = try atOnce(shoppers.count) { [shoppers, database] index in
            for _ in 0..<1_000 {
                guard try Self.logBeginnings(of: database) < end else { return }
                shoppers[index].shop(count: 10)
            }
            throw TestFailure("10,000 requests, and the log does not begin anew")
        }
    }

    /// The checkpoint sequence number in the log's header (sqlite.org/fileformat2.html, section 4.1).
    private static func logBeginnings(of database: String) throws -> Int {
        let log = try FileHandle(forReadingFrom: URL(filePath: database + "-wal"))
        defer { try? log.close() }
        try log.seek(toOffset: 12)
        return try log.read(upToCount: 4)?.reduce(0) { $0 << 8 | Int($1) } ?? 0
    }

    func trace() throws -> Trace { try Trace(path: tracePath) }

    /// Moves the trace to a place that outlives the recording.
    func keepTrace() throws -> String {
        let path = "\(NSTemporaryDirectory())/martlet-trace-\(UUID().uuidString)"
        try FileManager.default.copyItem(atPath: tracePath, toPath: path)
        return path
    }
}

extension Recording {
    /// Records a server in bad times: stops, kills and failing syncs, and between them so much work that the log is
    /// written back and starts over several times.
    static func eventful(seed: UInt64, drop: Recorder.Drop? = nil) throws -> Recording {
        var random = SeededRandom(seed: seed)
        let recording = try Recording(seed: seed, shoppers: 4, drop: drop)
        try recording.run(Life(requests: 8, end: Bool.random(using: &random) ? .stop : .kill))
        for _ in 0..<2 {
            let manner: Fault.Manner = Bool.random(using: &random) ? .kill : .fail
            let first = Int.random(in: 8...28, using: &random)
            let fault = Fault(manner: manner, first: first, count: Fault.forEver, calls: .syncs)
            try recording.run(Life(requests: 20, end: .fault, fault: fault))
        }
        try recording.run(Life(requests: 40, logBeginnings: 2, end: Bool.random(using: &random) ? .stop : .kill))
        try recording.run(Life(requests: 10, end: .kill))
        return recording
    }
}
