import Glibc
import Loyalty
import Posix
import Postgres
import SharedStore
import Storage
import TestSupport
import Testing

@testable import PostgresStore

/// Readers beside those of the event loops: of receipts, of health checks, and of the owner's commands.
@Suite(.enabled(if: PostgreSQLServer.isInstalled), .serialized) struct ReaderTests {
    private static let endSessions = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
        """

    private static func withOwner(
        _ database: TestDatabase, _ cancellation: Cancellation = Cancellation(), on connector: StoreConnector? = nil,
        _ body: (PostgresOwnerRepository) throws -> Void
    ) throws {
        let writes = try database.makeWrites()
        defer { writes.stop() }
        let owner = try PostgresOwnerRepository(
            connector: connector ?? database.connector(), writes: writes,
            engine: StoreEngine(name: "PostgreSQL", version: "15"),
            clock: { Timestamp(milliseconds: 1_700_000_000_000) }, cancellation: cancellation)
        defer { owner.close() }
        try body(owner)
    }

    @Test func receiptsAreReadAgainAfterALostConnection() throws {
        let database = try TestDatabase()
        let lookup = PostgresReceiptLookup(connector: try database.connector(), log: .none)
        defer { lookup.close() }
        #expect(try lookup.earned(by: .sample(1)) == nil)
        try database.run("INSERT INTO receipts VALUES ('\(OrderNumber.sample(1).digits)', 700, 0)")
        for _ in 0..<3 {
            #expect(try lookup.earned(by: .sample(1)) == Points(hundredths: 700))
            try database.run(Self.endSessions)
        }
        lookup.close()
        #expect(throws: LoyaltyError.self) { try lookup.earned(by: .sample(1)) }
    }

    @Test func theProbeFindsADatabaseThatCanBeReadAndOneThatCanNot() throws {
        let server = try PostgreSQLServer()
        defer { server.remove() }
        let database = try TestDatabase(on: server)
        _ = try database.addUsers(3)
        let now = Timestamp(milliseconds: 1_700_000_000_000)
        let size = DatabaseSize()
        let probe = PostgresProbe(connector: try database.connector(), size: size, clock: { now }, log: .none)
        defer { probe.close() }
        try eventually { probe.isReadable && probe.sessionCount == 3 && probe.unfinishedOrderCount == 0 }
        try eventually { size.bytes.map { $0 > 1_000_000 } == true }
        try database.run("DELETE FROM sessions")
        try eventually("a quick count is repeated soon") { probe.sessionCount == 0 }
        server.stop(SIGQUIT)
        try eventually { !probe.isReadable }
        try server.start()
        try eventually { probe.isReadable }
    }

    @Test func aProbeOfAServerThatHangsIsUnreadable() throws {
        let database = try TestDatabase()
        let proxy = try CuttingProxy(to: database.server.socketPath)
        defer { proxy.close() }
        let probe = PostgresProbe(
            connector: try database.connector(through: proxy.port), size: DatabaseSize(),
            clock: { Timestamp(milliseconds: 0) }, log: .none)
        defer { probe.close() }
        try eventually { probe.isReadable }
        proxy.order(CuttingProxy.Cut(.toClient, after: 0, closes: false))
        try eventually { !probe.isReadable }
        proxy.order(nil)
        try eventually { probe.isReadable }
    }

    @Test func aCancellationEndsAReadOfTheOwner() throws {
        let cancellation = Cancellation()
        try Self.withOwner(TestDatabase(), cancellation) { owner throws in
            #expect(try owner.rules() == [])
            let canceller = Posix.Thread(name: "canceller") {
                sleepBriefly()
                cancellation.cancel()
            }
            defer { canceller.join() }
            let begin = ContinuousClock.now
            let error = #expect(throws: StoreError.self) {
                try owner.read { session throws(PostgresError) in
                    try session.first("SELECT 1 FROM pg_sleep(600)") { _ in true }
                }
            }
            #expect(error?.description == "The server stops.")
            #expect(ContinuousClock.now - begin < .seconds(eventuallySecondsMax))
            #expect(throws: StoreError.self) { try owner.rules() }
        }
    }

    /// A long read from a server that hangs.
    enum LongRead: CaseIterable {
        case rules, export, check

        /// - Parameter hang: has the server hang from the next statement on.
        func run(
            from database: TestDatabase, _ connector: StoreConnector, until cancellation: Cancellation, hang: () -> Void
        ) throws {
            let maintenance = PostgresMaintenance(connector: connector)
            switch self {
            case .rules:
                try ReaderTests.withOwner(database, cancellation, on: connector) { owner throws in
                    _ = try owner.rules()
                    hang()
                    _ = try owner.rules()
                }
            case .export:
                _ = try maintenance.export(nil, until: cancellation) { _ in
                    hang()
                    return true
                }
            case .check: _ = try maintenance.check(until: cancellation) { _ in hang() }
            }
        }
    }

    /// A server that hangs does not end its statement either. These reads have minutes or an hour.
    @Test(arguments: LongRead.allCases) func aCancellationEndsALongReadFromAServerThatHangs(_ read: LongRead) throws {
        let database = try TestDatabase()
        _ = try database.addUsers(1)
        let proxy = try CuttingProxy(to: database.server.socketPath)
        defer { proxy.close() }
        let connector = try database.connector(through: proxy.port)
        let (cancellation, isHanging) = (Cancellation(), Flag())
        let canceller = Posix.Thread(name: "canceller") {
            _ = try? eventually { isHanging.isSet && !proxy.isCutPending }
            cancellation.cancel()
        }
        defer { canceller.join() }
        let begin = ContinuousClock.now
        let error = #expect(throws: StoreError.self) {
            try read.run(from: database, connector, until: cancellation) {
                proxy.order(CuttingProxy.Cut(.toServer, after: 0, closes: false))
                isHanging.set()
            }
        }
        #expect(isHanging.isSet)
        #expect(error?.description.contains("stop") == true, "\(String(describing: error))")
        #expect(ContinuousClock.now - begin < .seconds(eventuallySecondsMax))
    }

    @Test func theKindsOfHashesAreReadWithinSecondsOrNotAtAll() throws {
        let database = try TestDatabase()
        let proxy = try CuttingProxy(to: database.server.socketPath)
        defer { proxy.close() }
        try Self.withOwner(database, on: database.connector(through: proxy.port)) { owner throws in
            #expect(try owner.passwordHashKinds(otherThan: .bcrypt(cost: 4)) == [])
            proxy.order(CuttingProxy.Cut(.toClient, after: 0, closes: false))
            let begin = ContinuousClock.now
            #expect(throws: StoreError.self) { try owner.passwordHashKinds(otherThan: .bcrypt(cost: 4)) }
            #expect(ContinuousClock.now - begin < .seconds(eventuallySecondsMax))
        }
    }

    /// A scan that its caller has given up would keep the server busy, together with those of later callers.
    @Test func aScanForTheKindsOfHashesIsNotLeftToTheServer() throws {
        let database = try TestDatabase()
        try Self.withOwner(database) { owner throws in
            try database.run(
                """
                ALTER TABLE users RENAME TO stored_users;
                CREATE FUNCTION slow_users() RETURNS SETOF stored_users LANGUAGE plpgsql AS $$ BEGIN
                    PERFORM pg_sleep(600);
                    RETURN QUERY SELECT * FROM stored_users;
                END $$;
                CREATE VIEW users AS SELECT * FROM slow_users();
                """)
            #expect(throws: StoreError.self) { try owner.passwordHashKinds(otherThan: .bcrypt(cost: 4)) }
        }
        let scans = """
            SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'
            """
        try eventually("the server goes on with the scan") { try database.integer(scans) == 0 }
    }

    @Test func aWatchEndsWhileTheServerLeavesACancellationWithoutAnAnswer() throws {
        let database = try TestDatabase()
        let proxy = try CuttingProxy(to: database.server.socketPath)
        defer { proxy.close() }
        var connection = try database.connector(through: proxy.port).connect(until: TestDatabase.patience)
        let (cancellation, isStopped) = (Cancellation(), Flag())
        let watch = try CancellationWatch(cancellation)
        try watch.watch(&connection)
        proxy.order(CuttingProxy.Cut(.toServer, after: 0, closes: false))
        cancellation.cancel()
        let stopper = Posix.Thread(name: "stopper") {
            _ = try? eventually { !proxy.isCutPending }
            watch.stop()
            isStopped.set()
        }
        defer {
            proxy.order(nil)
            stopper.join()
        }
        try eventually { isStopped.isSet }
    }

    @Test func theOwnerReadsAgainAfterALostConnection() throws {
        let database = try TestDatabase()
        let users = try database.addUsers(2)
        try Self.withOwner(database) { owner throws in
            for _ in 0..<2 {
                #expect(try owner.users(after: nil, limit: 9).map(\.id) == users)
                try database.run(Self.endSessions)
            }
            #expect(owner.size.bytes > 1_000_000)
        }
    }

    /// Each lock is one round trip, and counts the version of the user's data up.
    @Test func aChangeOfAUserLocksTheUserOnce() throws {
        let database = try TestDatabase()
        let user = UserSelector.id(try database.addUsers(1)[0])
        var versions: [Int64?] = []
        func noteVersion() throws { versions.append(try database.integer("SELECT version FROM balances")) }
        try noteVersion()
        try Self.withOwner(database) { owner throws in
            for isEnabled in [false, true] {
                let result = try owner.setEnabled(isEnabled, user)
                #expect(result == .changed(login: "user 1"))
                try noteVersion()
            }
            _ = try owner.setPassword(.sample("other"), of: user)
            try noteVersion()
            _ = try owner.deleteUser(user)
            try noteVersion()
        }
        let first = try #require(versions[0])
        let expected: [Int64?] = (0...4).map { first + $0 }
        #expect(versions == expected)
    }

    @Test func theOwnerListsOrders() throws {
        let database = try TestDatabase()
        let users = try database.addUsers(3)
        try database.run(
            "INSERT INTO orders (number, user_id, uploaded_at) VALUES ('\(OrderNumber.sample(9).digits)', \(users[1].rawValue), 0)"
        )
        try Self.withOwner(database) { owner throws in
            let numbers = { (user: UserSelector?, status: Order.Status?, last: OrderID?) in
                try owner.orders(of: user, status: status, before: last, limit: 3)?.map(\.order.number)
            }
            #expect(try numbers(nil, nil, nil) == [.sample(9), .sample(3), .sample(2)])
            #expect(try numbers(nil, .new, nil) == [.sample(9)])
            #expect(try numbers(nil, .processed, nil) == [.sample(3), .sample(2), .sample(1)])
            #expect(try numbers(.id(users[1]), nil, nil) == [.sample(9), .sample(2)])
            #expect(try numbers(.id(users[1]), .processed, nil) == [.sample(2)])
            #expect(try numbers(.login(Login("nobody")), nil, nil) == nil)
            let last = try owner.orders(of: nil, status: nil, before: nil, limit: 3)?.last?.id
            #expect(try numbers(nil, nil, last) == [.sample(1)])
            #expect(try numbers(nil, .new, last) == [])
        }
    }
}
