import Glibc
import Loyalty
import Posix
import Postgres
import SharedStore
import Storage
import TestSupport
import Testing

@testable import PostgresStore

/// Reads of a server that goes away, hangs or comes back: each gets its answer or a refusal, in time.
@Suite(.enabled(if: PostgreSQLServer.isInstalled), .serialized) struct LostReadTests {
    private static func balance(_ fixture: ReadingFixture, _ user: UserID) async throws -> Int64 {
        try await fixture.onLoop { try await $0.balance(of: user).get().current.hundredths }
    }

    /// Asks again and again until a condition holds.
    private static func waitUntil(_ condition: () async throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(eventuallySecondsMax)
        while try await !condition() {
            guard ContinuousClock.now < end else { throw TestFailure("the condition does not hold in time") }
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    /// Starts the loop that answers an inbox's reads. Returns a function that stops it.
    private static func startLoop(_ connector: StoreConnector, _ inbox: ReadInbox, _ lines: LogLines) -> () -> Void {
        let thread = Posix.Thread(name: "reader") {
            ReadLoop(
                connector: connector, withinMilliseconds: TestDatabase.patienceMilliseconds, inbox: inbox,
                log: lines.log
            ).run()
        }
        return {
            inbox.close()
            thread.join()
        }
    }

    @Test func aReadWhoseConnectionEndsIsTriedAgain() async throws {
        let database = try TestDatabase()
        let user = try database.addUsers(1)[0]
        try await ReadingFixture.with(database) { fixture in
            #expect(try await Self.balance(fixture, user) == 1)
            for _ in 0..<3 {
                try database.run(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()
                    """)
                #expect(try await Self.balance(fixture, user) == 1)
            }
        }
    }

    @Test func aReadWhoseTimeEndsLeavesTheOthersTheirSecondTry() throws {
        let connector = try TestDatabase().connector()
        let (inbox, lines, noted) = (ReadInbox(), LogLines(), NotedReads())
        let stop = Self.startLoop(connector, inbox, lines)
        defer { stop() }
        inbox.put([noted.read("first")])
        try eventually { noted.ends == ["first answered"] }
        inbox.put([
            noted.read("endless", "SELECT pg_sleep(600)", withinMilliseconds: 500), noted.read("second"),
            noted.read("third"),
        ])
        try eventually { noted.ends.count == 4 }
        #expect(noted.ends == ["first answered", "endless refused", "second answered", "third answered"])
        #expect(lines.all.allSatisfy { $0.last != " " }, "\(lines.all)")
        #expect(inbox.waitingCount == 0)
    }

    /// Its deadline would bound the connection for all reads, and a busy server would have them all refused.
    @Test func aReadWithTooLittleTimeForAConnectionIsRefusedBeforeIt() throws {
        let connector = try TestDatabase().connector()
        let (inbox, lines, noted) = (ReadInbox(), LogLines(), NotedReads())
        inbox.put([noted.read("late", withinMilliseconds: 900), noted.read("early")])
        let stop = Self.startLoop(connector, inbox, lines)
        defer { stop() }
        try eventually { noted.ends.count == 2 }
        #expect(noted.ends == ["late refused", "early answered"])
        #expect(inbox.waitingCount == 0)
    }

    /// Connections are cut at seeded bytes while many tasks read. No task gets another one's answer.
    @Test func cutsMixUpNoAnswers() async throws {
        let database = try TestDatabase()
        let users = try database.addUsers(16)
        let proxy = try CuttingProxy(to: database.server.socketPath)
        defer { proxy.close() }
        var random = SeededRandom(seed: 7)
        try await ReadingFixture.with(database, through: proxy.port) { fixture in
            _ = try await Self.balance(fixture, users[0])
            var (answered, refused) = (0, 0)
            for _ in 0..<40 {
                let direction = Bool.random(using: &random) ? CuttingProxy.Cut.Direction.toServer : .toClient
                proxy.order(CuttingProxy.Cut(direction, after: Int.random(in: 0...4000, using: &random)))
                let results = try await fixture.atOnce(
                    users.indices.map { index -> ReadingFixture.Read<[String]> in
                        { repository in
                            let user = try await repository.session(.sample("user \(index + 1)")).get()?.user
                            let balance = try await repository.balance(of: users[index]).get()
                            let order = try await repository.orders(of: users[index], from: nil, limit: 3).get().items[
                                0]
                            return ["\(user == users[index])", "\(balance.current.hundredths)", order.number.digits]
                        }
                    })
                for (index, result) in results.enumerated() {
                    switch result {
                    case .success(let texts):
                        #expect(texts == ["true", "\(index + 1)", OrderNumber.sample(index + 1).digits])
                        answered += 1
                    case .failure(let error):
                        #expect(error as? LoyaltyError == ReadInbox.refusal)
                        refused += 1
                    }
                }
            }
            proxy.order(nil)
            // A cut while a connection is made has its reads refused; others are tried again.
            #expect(answered > refused, "\(answered) answered, \(refused) refused")
            try await Self.waitUntil { (try? await Self.balance(fixture, users[0])) == 1 }
        }
    }

    @Test func readsOfAServerThatHangsAreRefusedInTime() async throws {
        let database = try TestDatabase()
        let user = try database.addUsers(1)[0]
        let proxy = try CuttingProxy(to: database.server.socketPath)
        defer { proxy.close() }
        let milliseconds = ReadLane.deadlineMilliseconds
        try await ReadingFixture.with(database, through: proxy.port, withinMilliseconds: milliseconds) { fixture in
            #expect(try await Self.balance(fixture, user) == 1)
            proxy.order(CuttingProxy.Cut(.toServer, after: 0, closes: false))
            let reads = [ReadingFixture.Read<Balance>](
                repeating: { try await $0.balance(of: user).get() }, count: 5)
            let begin = ContinuousClock.now
            for result in try await fixture.atOnce(reads) {
                #expect(throws: ReadInbox.refusal) { try result.get() }
            }
            let waited = ContinuousClock.now - begin
            #expect(waited >= .milliseconds(milliseconds - 50))
            // Room for a machine that is busy; without a limit, the read would wait for as long as the server hangs.
            #expect(waited < .seconds(20))
            try await Self.waitUntil {
                let begin = ContinuousClock.now
                guard (try? await Self.balance(fixture, user)) == nil else { throw TestFailure("the server hangs") }
                // Further reads do not wait at all.
                return ContinuousClock.now - begin < .milliseconds(milliseconds / 4)
            }
            proxy.order(nil)
            try await Self.waitUntil { (try? await Self.balance(fixture, user)) == 1 }
            #expect(fixture.lines.count(of: "can be read again") == 1)
        }
    }

    /// A stopped process keeps its sockets open and answers nothing, as a frozen machine does.
    @Test func readsOfAFrozenServerAreRefusedUntilItGoesOn() async throws {
        let server = try PostgreSQLServer()
        defer { server.remove() }
        let database = try TestDatabase(on: server)
        let user = try database.addUsers(1)[0]
        try await ReadingFixture.with(database, withinMilliseconds: ReadLane.deadlineMilliseconds) { fixture in
            #expect(try await Self.balance(fixture, user) == 1)
            let processes = try Self.processes(of: database)
            for process in processes { kill(process, SIGSTOP) }
            await #expect(throws: ReadInbox.refusal) { _ = try await Self.balance(fixture, user) }
            for process in processes { kill(process, SIGCONT) }
            try await Self.waitUntil { (try? await Self.balance(fixture, user)) == 1 }
        }
    }

    @Test func aServerThatIsStartedAgainIsFound() async throws {
        let server = try PostgreSQLServer()
        defer { server.remove() }
        let database = try TestDatabase(on: server)
        let user = try database.addUsers(1)[0]
        try await ReadingFixture.with(database) { fixture in
            #expect(try await Self.balance(fixture, user) == 1)
            server.stop(SIGQUIT)
            await #expect(throws: ReadInbox.refusal) { _ = try await Self.balance(fixture, user) }
            // Later ones are refused, too, and the log has a line for each kind of failure.
            for _ in 0..<100 {
                await #expect(throws: ReadInbox.refusal) { _ = try await Self.balance(fixture, user) }
            }
            #expect(fixture.lines.messages(from: .error).count < 10)
            try server.start()
            try await Self.waitUntil { (try? await Self.balance(fixture, user)) == 1 }
        }
    }

    /// The server's process and those of its sessions on a database.
    private static func processes(of database: TestDatabase) throws -> [pid_t] {
        let path = "\(database.server.folder)/data/postmaster.pid"
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw TestFailure("\(path) can't be read") }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(file, &bytes, bytes.count)
        let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        // The first line is the process (pidfile.h).
        guard let server = text.split(separator: "\n").first.flatMap({ pid_t($0) }) else {
            throw TestFailure("\(path) has no process")
        }
        let session = PostgresSession(try database.connect(), until: TestDatabase.patience)
        return [server]
            + (try session.all(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ) { row in pid_t(row.integer(0)) })
    }
}
