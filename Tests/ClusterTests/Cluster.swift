import EndToEndSupport
import Foundation
import Posix
import Synchronization
import TestSupport
import Testing

/// The tests of several servers on one database of PostgreSQL that keep the machine busy, one after another.
@Suite(.serialized, .onOwnThread, .enabled(if: PostgreSQLServer.isInstalled))
enum ClusterTests {}

/// The tests that mostly wait for the end of a lease, of a pause or of a time for requests. They run beside the others.
@Suite(.onOwnThread, .enabled(if: PostgreSQLServer.isInstalled))
enum ClusterFailureTests {
    /// Times that a change of the lead or an outage may take are promises for a machine with time to spare. The long
    /// run is alone on the machine; beside other tests, everything may take this many times as long.
    static let slowness = Scale.factor == 1 ? 3.0 : 1.0
    /// The time within which another server leads after the one that led was killed or hangs, as the handbook promises.
    static let leadSecondsMax = 10 * slowness
}

/// Several servers on one database, each started as a user would start it. The test's own thread starts and ends them;
/// clients on other threads ask where they listen.
final class Cluster {
    let database: PostgreSQLServer
    let name: String
    let folder: Folder
    private let environment: [String: String]
    private(set) var servers: [Server?]
    let endpoints: Endpoints

    /// The addresses of the servers that run.
    final class Endpoints: Sendable {
        fileprivate let all: Mutex<[Endpoint?]>

        fileprivate init(count: Int) { all = Mutex(Array(repeating: nil, count: count)) }

        /// The address of a server; that of another one if it does not run.
        subscript(index: Int) -> Endpoint? {
            all.withLock { all in all[index % all.count] ?? all.compactMap { $0 }.first }
        }
    }

    /// Makes an empty database, and starts nothing.
    ///
    /// - Parameter accrual: the address of the accrual system; `nil` for the built-in one.
    init(
        _ count: Int, on database: PostgreSQLServer, accrual: String? = nil, environment extra: [String: String] = [:]
    ) throws {
        self.database = database
        name = try database.makeDatabase()
        folder = try Folder()
        var environment = [
            "DATABASE_URI": database.address(of: name), "MARTLET_DISPATCHER_INTERVAL_MS": "50",
            "MARTLET_HTTP_STOP_TIMEOUT_MS": "5000",
        ]
        environment["ACCRUAL_SYSTEM_ADDRESS"] = accrual
        self.environment = environment.merging(extra) { $1 }
        servers = Array(repeating: nil, count: count)
        endpoints = Endpoints(count: count)
    }

    /// A server of PostgreSQL with room for the connections of many servers.
    static func makeDatabaseServer(isDurable: Bool = false) throws -> PostgreSQLServer {
        try PostgreSQLServer(isDurable: isDurable)
    }

    var uri: String { database.address(of: name) }

    /// Starts all servers that do not run, at the same time, and waits until they listen.
    @discardableResult
    func start() throws -> Cluster {
        let missing = servers.indices.filter { servers[$0] == nil }
        for index in missing { servers[index] = try Server.launched(in: folder, environment: environment) }
        for index in missing {
            let endpoint = try server(index).endpoint()
            endpoints.all.withLock { $0[index] = endpoint }
        }
        return self
    }

    func server(_ index: Int) throws -> Server {
        guard let server = servers[index] else { throw TestFailure("the server \(index) does not run") }
        return server
    }

    func client(_ index: Int) throws -> Client { try server(index).client() }

    /// Kills a server. Its clients go on with others.
    func kill(_ index: Int) throws {
        let server = try server(index)
        endpoints.all.withLock { $0[index] = nil }
        server.killAtOnce()
        servers[index] = nil
    }

    /// Ends a server as systemd does, and returns its exit status.
    func stop(_ index: Int) throws -> Int32 {
        let server = try server(index)
        endpoints.all.withLock { $0[index] = nil }
        server.signal(SIGTERM)
        let status = try server.waitForEnd()
        servers[index] = nil
        return status
    }

    /// Ends all servers, and expects that each ends in order and that the database passes the check.
    func expectSoundEnd() throws {
        for index in servers.indices where servers[index] != nil {
            let log = try server(index).logText
            #expect(try stop(index) == 0, "\(log)")
        }
        try expectCheckPasses()
    }

    func expectCheckPasses() throws {
        let check = try Server(in: folder, arguments: ["check"], environment: ["DATABASE_URI": uri])
        #expect(try check.waitForEnd() == 0, "\(check.outputText) \(check.logText)")
    }

    /// The lines of the logs that report an error, also of servers that have ended.
    func errors() throws -> [Substring] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".log") }.flatMap {
            try String(contentsOfFile: folder.file($0), encoding: .utf8).split(separator: "\n").filter {
                $0.contains(#""level":"error""#)
            }
        }
    }

    // MARK: The lead

    /// The server that asks the accrual system; `nil` if none answers that it does.
    func leader() -> Int? {
        servers.indices.first { index in
            guard let server = servers[index] else { return false }
            return (try? server.isLeading()) == true
        }
    }

    func waitForLeader() throws -> Int {
        var found: Int?
        try eventually("a server leads") {
            found = leader()
            return found != nil
        }
        guard let found else { throw TestFailure("no server leads") }
        return found
    }

    /// Waits until a server other than `old` leads, without asking `old`, and returns it with the seconds that passed.
    func waitForLeader(after old: Int, since start: ContinuousClock.Instant) throws -> (index: Int, seconds: Double) {
        var found: Int?
        try eventually("another server leads") {
            found = servers.indices.first { index in
                guard index != old, let server = servers[index] else { return false }
                return (try? server.isLeading()) == true
            }
            return found != nil
        }
        guard let found else { throw TestFailure("no other server leads") }
        return (found, (ContinuousClock.now - start) / .seconds(1))
    }
}

extension Server {
    /// True if it says that it asks the accrual system. Its metrics are not parsed as a whole, which takes a second on
    /// a busy machine.
    func isLeading() throws -> Bool {
        let text = try Client(endpoint: adminEndpoint()).send("GET", "/metrics").text
        guard text.contains("\nmartlet_leader ") else { throw TestFailure("no martlet_leader in \(text)") }
        return text.contains("\nmartlet_leader 1\n")
    }
}

/// A figure that was measured, for the reader of the test's output.
func report(_ text: String) { print("measured: \(text)") }
