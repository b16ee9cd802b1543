import Loyalty
import Posix
import Postgres
import Storage
import Synchronization
import TestSupport
import Testing

@testable import PostgresStore
@testable import SignIn

/// Attempts to sign in travel between the instances of a database.
@Suite(.enabled(if: PostgreSQLServer.isInstalled)) struct AttemptTests {
    private static let network = ClientNetwork.ipv4(0xC000_0201)
    private static let policy = ThrottlePolicy(
        failuresPerLoginMax: 3, failuresPerNetworkMax: 100, registrationsPerHourMax: 2, delaySecondsMax: 60,
        hashingPerSourceMax: 0)

    private static func throttle(of store: PostgresStore, for accounts: AttemptAccounts) -> AccountThrottle {
        AccountThrottle(
            policy, exchange: store.attemptExchange?.limited(to: accounts),
            digest: { $0 + [UInt8](repeating: 0, count: 16) }, clock: { 0 })
    }

    private static func isRefused(_ login: Login, by throttle: AccountThrottle) async -> Bool {
        do throws(LoyaltyError) {
            _ = try await throttle.verifying(login, from: .network(network), isKnown: false) { true }
            return false
        } catch {
            return true
        }
    }

    @Test func failuresOnOneServerMakeTheOtherRefuse() async throws {
        let database = try TestDatabase()
        func open() throws -> PostgresStore {
            try PostgresStore(
                database.connector(), migrates: false, limits: StorageLimits(),
                clock: { Timestamp(milliseconds: 1_700_000_000_000) }, log: Log { _, _ in })
        }
        let (first, second) = (try open(), try open())
        defer {
            first.stop()
            second.stop()
        }
        let here = Self.throttle(of: first, for: .customers)
        let there = Self.throttle(of: second, for: .customers)
        let staff = Self.throttle(of: second, for: .staff)
        let arrived = Mutex(0)
        second.attemptExchange?.subscribe { _ in arrived.withLock { $0 += 1 } }
        let login = try Login("anna")
        while await !Self.isRefusedAfterFailure(login, by: here) {}
        while (try? here.countRegistration(from: Self.network)) != nil {}
        let sentCount = Self.policy.failuresPerLoginMax + Self.policy.registrationsPerHourMax
        try await eventually("all attempts arrive") { arrived.withLock { $0 } >= sentCount }
        #expect(await Self.isRefused(login, by: there))
        #expect(throws: LoyaltyError.self) { try there.countRegistration(from: Self.network) }
        // The staff's accounts are others, even those of the same name.
        #expect(await !Self.isRefused(login, by: staff))
        try staff.countRegistration(from: Self.network)
    }

    private static func isRefusedAfterFailure(_ login: Login, by throttle: AccountThrottle) async -> Bool {
        do throws(LoyaltyError) {
            _ = try await throttle.verifying(login, from: .network(network), isKnown: false) { false }
            return false
        } catch {
            return true
        }
    }

    /// Attempts go with the transactions of other writes, and alone if there are none, in their order.
    @Test(arguments: [false, true]) func attemptsArriveInTheirOrder(besideWrites: Bool) async throws {
        let database = try TestDatabase()
        let (here, there) = (try database.makeWrites(), try database.makeWrites())
        defer {
            here.stop()
            there.stop()
        }
        let arrived = Mutex<[[UInt8]]>([])
        let returned = Mutex<[[UInt8]]>([])
        there.attempts.subscribe { attempt in arrived.withLock { $0.append(attempt) } }
        here.attempts.subscribe { attempt in returned.withLock { $0.append(attempt) } }
        let sent = (0..<300).map { number in
            [UInt8](repeating: UInt8(number % 256), count: 1 + number % AttemptsOfInstances.attemptBytesMax)
        }
        for attempt in sent {
            here.attempts.announce(attempt)
            if besideWrites { try await here.converse { (_) throws(PostgresError) in } }
        }
        try await eventually("all attempts arrive") { arrived.withLock { $0.count } >= sent.count }
        #expect(arrived.withLock { $0 } == sent)
        there.attempts.announce([1])
        try await eventually("the other instance's attempt arrives") { !returned.withLock { $0.isEmpty } }
        #expect(returned.withLock { $0 } == [[1]])
    }

    /// The attempts that have arrived at a lane.
    private static func arrivals(at lane: WriteLane) -> @Sendable () -> [[UInt8]] {
        let arrived = Box()
        lane.attempts.subscribe { attempt in arrived.all.withLock { $0.append(attempt) } }
        return { arrived.all.withLock { $0 } }
    }

    private final class Box: Sendable {
        let all = Mutex<[[UInt8]]>([])
    }

    @Test func attemptsOfATransactionThatRunsAgainArriveOnce() async throws {
        let database = try TestDatabase()
        let user = try database.addPlainUsers(1)[0]
        try WriteFaultTests.poison(database, code: "40001", times: 3)
        let there = try database.makeWrites()
        defer { there.stop() }
        let arrived = Self.arrivals(at: there)
        try await TestLane.with(database) { lane in
            async let upload = lane.upload(WriteFaultTests.poisoned, by: user)
            for number in 0..<20 as Range<UInt8> { lane.lane.attempts.announce([number]) }
            #expect(try await upload != .uploadedBefore)
            try await eventually("all attempts arrive") { arrived().count >= 20 }
            lane.lane.attempts.announce([20])
            try await eventually("the last attempt arrives") { arrived().last == [20] }
        }
        #expect(arrived() == (0...20).map { [$0] })
    }

    /// Each refusal of a commit costs the connection, and a listener of changes has to read everything again.
    @Test func attemptsWhoseCommitIsRefusedAreSentAgainAfterAPause() async throws {
        let database = try TestDatabase()
        // Only a transaction of attempts alone has this setting.
        try database.server.run(
            """
            CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF current_setting('synchronous_commit') = 'off' THEN
                    RAISE EXCEPTION 'poisoned' USING ERRCODE = '53100';
                END IF;
                RETURN NEW;
            END $$;
            CREATE CONSTRAINT TRIGGER poison AFTER UPDATE ON instances DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION poison();
            """, in: database.name)
        try await TestLane.with(database) { lane in
            let begin = SystemClock.monotonicMilliseconds()
            lane.lane.attempts.announce([1])
            try await eventually("they are refused twice") { lane.log.count(of: "has lost its connection") >= 2 }
            #expect(SystemClock.monotonicMilliseconds() - begin >= WriteLoop.announceAgainMilliseconds)
            #expect(lane.log.count(of: "can't be sent to the other servers") == 1)
        }
    }

    /// The server refuses them as it does with a full disk. The connection stays, so nothing else shows that.
    @Test(arguments: [false, true]) func refusedAttemptsAreLoggedOnceAndSoIsTheirEnd(isWriteFirst: Bool) async throws {
        let database = try TestDatabase()
        try await TestLane.with(database) { lane in
            try database.server.run(
                """
                CREATE SEQUENCE tries;
                CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    PERFORM nextval('tries');
                    RAISE EXCEPTION 'poisoned' USING ERRCODE = '53100';
                END $$;
                CREATE TRIGGER poison BEFORE UPDATE ON instances FOR EACH ROW EXECUTE FUNCTION poison();
                """, in: database.name)
            lane.lane.attempts.announce([1])
            try await eventually("they are refused twice") {
                try database.integer("SELECT last_value FROM tries") ?? 0 >= 2
            }
            try database.server.run("DROP TRIGGER poison ON instances", in: database.name)
            if isWriteFirst { try await lane.lane.converse { (_) throws(PostgresError) in } }
            try await eventually("they are sent") { lane.log.count(of: "are sent to the other servers again") > 0 }
            #expect(lane.log.count(of: "Attempts to sign in") == 2, "\(lane.log.all)")
        }
    }

    /// PostgreSQL warns, for example, that its queue of notifications is half full. A warning beside a commit puts the
    /// commit in doubt, which costs the connection.
    @Test(arguments: [false, true]) func aWarningBesideAttemptsPutsNoWriteInDoubt(isRefused: Bool) async throws {
        let database = try TestDatabase()
        let user = try database.addPlainUsers(1)[0]
        try await TestLane.with(database) { lane in
            try database.server.run(
                """
                CREATE SEQUENCE tries;
                CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF nextval('tries') = 1 THEN
                        RAISE WARNING 'careful';
                        IF \(isRefused) THEN RAISE EXCEPTION 'poisoned' USING ERRCODE = '53100'; END IF;
                    END IF;
                    RETURN NEW;
                END $$;
                CREATE TRIGGER warn BEFORE UPDATE ON instances FOR EACH ROW EXECUTE FUNCTION warn();
                """, in: database.name)
            lane.lane.attempts.announce([1])
            try await eventually("they are sent") {
                try database.integer("SELECT last_value FROM tries WHERE is_called") == 1
            }
            #expect(try await lane.upload(.sample(1), by: user) != .uploadedBefore)
            #expect(lane.lane.doubtCount == 0, "\(lane.log.all)")
        }
    }

    /// Attempts are sent with other writes and alone, on connections that are cut at random bytes.
    @Test func attemptsArriveOnceOverConnectionsThatAreCut() async throws {
        let database = try TestDatabase()
        let user = try database.addPlainUsers(1)[0]
        let proxy = try CuttingProxy(to: database.server.socketPath)
        defer { proxy.close() }
        let there = try database.makeWrites()
        defer { there.stop() }
        let arrived = Self.arrivals(at: there)
        var random = SeededRandom(seed: 5)
        var sent: [[UInt8]] = []
        try await TestLane.with(database, through: proxy.port) { lane in
            for cut in 0..<20 * Scale.factor {
                let direction = cut.isMultiple(of: 2) ? CuttingProxy.Cut.Direction.toServer : .toClient
                proxy.order(CuttingProxy.Cut(direction, after: .random(in: 1...2_000, using: &random)))
                repeat {
                    let number = sent.count
                    sent.append([UInt8(number >> 8), UInt8(number & 255)])
                    lane.lane.attempts.announce(sent[number])
                    if number.isMultiple(of: 2) {
                        _ = try? await lane.upload(.sample(number), by: user)
                    } else {
                        try await eventually("attempts arrive or are cut off") {
                            arrived().count >= sent.count || !proxy.isCutPending
                        }
                    }
                } while proxy.isCutPending
            }
            try await eventually("all attempts arrive") { arrived().count >= sent.count }
        }
        #expect(arrived() == sent)
    }

    @Test func attemptsBeyondTheLimitAreDropped() {
        let wakes = Mutex(0)
        let attempts = AttemptsOfInstances { wakes.withLock { $0 += 1 } }
        let sent = (0..<AttemptsOfInstances.waitingMax + 10).map { [UInt8($0 % 256)] }
        for attempt in sent { attempts.announce(attempt) }
        #expect(attempts.attemptsToSend() == Array(sent.prefix(AttemptsOfInstances.waitingMax)))
        attempts.noteCommit()
        #expect(attempts.attemptsToSend().isEmpty)
        attempts.announce([1])
        #expect(attempts.attemptsToSend() == [[1]])
        // Nothing is known of the transaction, so the next one sends them too.
        attempts.noteDoubt()
        attempts.noteCommit()
        #expect(attempts.attemptsToSend() == [[1]])
        #expect(wakes.withLock { $0 } == 2)
    }

    // MARK: Notifications

    @Test func attemptsSurviveTheirNotifications() throws {
        let attempts = (0..<200).map { number in [UInt8](repeating: UInt8(number), count: 1 + number % 128) }
        let texts = ChangeNotification.texts(of: TransactionEvents(attempts: attempts), instance: 7, transaction: 0)
        #expect(texts.count > 1)
        #expect(texts.allSatisfy { $0.utf8.count <= ChangeNotification.bytesMax })
        let read = try texts.map { try #require(ChangeNotification(text: $0)) }
        #expect(read.flatMap(\.events.attempts) == attempts)
        #expect(read.allSatisfy { $0.header.instance == 7 && $0.header.transaction == 0 })
    }

    /// Anyone who may connect to the database may notify.
    @Test(
        arguments: [
            "a", "a,", "a,0", "a,0g", "a,AB", "a,+1", "a,00,00", "a,\u{0661}\u{0661}",
            "a,\(String(repeating: "0", count: 258))",
        ])
    func otherTextsAreNoAttempts(record: String) {
        #expect(ChangeNotification(text: "7.0.0.1|\(record)") == nil)
        #expect(ChangeNotification(text: "7.0.0.1|x,1;a,00")?.events == TransactionEvents(attempts: [[0]]))
    }
}
