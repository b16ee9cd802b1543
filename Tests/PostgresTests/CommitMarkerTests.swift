import Posix
import Postgres
import Synchronization
import TestSupport
import Testing

/// Transactions whose connection is cut, and what becomes of them.
@Suite(.enabled(if: PostgreSQLServer.isInstalled))
struct CommitMarkerTests {
    private static let insert = PreparedStatement(
        "insert", "INSERT INTO writes (transaction) SELECT n FROM unnest($1) AS n", .integerArray)

    /// Keeps the server busy, so that it is not done with a transaction when the connection is cut.
    private static let sleep = PreparedStatement("sleep", "SELECT pg_sleep($1 / 1000.0) IS NULL", .integer)

    /// A transaction that is about to be written.
    private struct Plan {
        let rows: Int
        /// Has the statements answered before the commit is sent.
        let asksFirst: Bool
        /// The time that the server takes before it begins the transaction, and between its statements.
        let (sleepBefore, sleepBetween): (Int, Int)
        /// The cut of the connection; `nil` if the instance gives up by itself, while the server goes on with
        /// everything that it has received.
        let cut: CuttingProxy.Cut?
        let deadlineMilliseconds: Int

        init(_ random: inout SeededRandom) {
            rows = Int.random(in: 1...40, using: &random)
            asksFirst = Bool.random(using: &random)
            sleepBefore = Int.random(in: -4...4, using: &random)
            sleepBetween = Int.random(in: -4...4, using: &random)
            let closes = Int.random(in: 0..<10, using: &random) > 0
            // A transaction sends 200 to 1,000 bytes, and gets about 150.
            let cut: (CuttingProxy.Cut.Direction, bytesMax: Int)? =
                switch Int.random(in: 0..<3, using: &random) {
                case 0: (.toServer, 250 + rows * 24)
                case 1: (.toClient, 170)
                default: nil
                }
            self.cut = cut.map {
                CuttingProxy.Cut($0.0, after: Int.random(in: 1...$0.bytesMax, using: &random), closes: closes)
            }
            deadlineMilliseconds =
                cut == nil ? Int.random(in: 1...8, using: &random) : closes ? patienceMilliseconds : 50
        }
    }

    /// An instance that writes through a proxy, and what it believes of each of its transactions.
    private struct Writer: ~Copyable {
        let database: TestDatabase
        let proxy: CuttingProxy
        var connection: Connection
        /// Ready before the cut, so that the decision is made as early as possible.
        var next: Connection?
        var marker = CommitMarker(instance: 1, epoch: 1, transaction: 0)
        /// True if a look is to decide, as a control.
        let looks: Bool
        var fates: [Int64: CommitFate] = [:]

        static func make(looks: Bool) throws -> Writer {
            let database = try TestDatabase()
            let proxy = try CuttingProxy(to: database.server.socketPath)
            var direct = try database.connect()
            try direct.run(CommitMarker.table, until: patience)
            try direct.runScript(
                "CREATE TABLE writes (transaction int8); INSERT INTO instances VALUES (1, 1, 0, 0)", until: patience)
            return Writer(
                database: database, proxy: proxy, connection: try connect(to: database, through: proxy),
                next: try connect(to: database, through: proxy), looks: looks)
        }

        private static func connect(to database: TestDatabase, through proxy: CuttingProxy) throws -> Connection {
            var connection = try database.connect(through: proxy.port)
            try connection.prepare(
                [CommitMarker.note, CommitMarker.raiseEpoch, CommitMarkerTests.insert, CommitMarkerTests.sleep],
                until: patience)
            return connection
        }

        /// Writes a transaction of some rows, and decides its fate if the connection is lost. Returns false if it was.
        mutating func write(_ plan: Plan) throws -> Bool {
            do throws(PostgresError) {
                try attempt(plan, until: .after(milliseconds: plan.deadlineMilliseconds))
                fates[marker.transaction] = .committed
                return true
            } catch {
                let fate = CommitFate.after(error, isCommitSent: connection.isCommitPending)
                proxy.order(nil)
                connection = next.take()!
                let decided = looks ? try look() : try marker.decide(on: &connection, until: patience)
                // A commit that was never sent cannot have happened.
                #expect(fate == .inDoubt ? decided != .inDoubt : decided == fate)
                fates[marker.transaction] = decided
                next = try Self.connect(to: database, through: proxy)
                return false
            }
        }

        /// Decides without the epoch, by a look that waits for a transaction that holds the row.
        private mutating func look() throws -> CommitFate {
            let found = try connection.integer("SELECT transaction FROM instances FOR UPDATE")
            return found == marker.transaction ? .committed : .nothingHappened
        }

        private mutating func attempt(_ plan: Plan, until deadline: Deadline) throws(PostgresError) {
            try sleep(plan.sleepBefore)
            try marker.begin(on: &connection, at: 0)
            let transaction = marker.transaction
            try sleep(plan.sleepBetween)
            try connection.send(
                CommitMarkerTests.insert,
                parameters { $0.add(array: [Int64](repeating: transaction, count: plan.rows)) })
            if plan.asksFirst {
                try connection.sendFlushRequest()
                while connection.pendingCount > 0 {
                    if case .failed(let error) = try connection.next(until: deadline) { throw error }
                }
            }
            try connection.finishTransaction(until: deadline)
        }

        private mutating func sleep(_ milliseconds: Int) throws(PostgresError) {
            guard milliseconds > 0 else { return }
            try connection.send(CommitMarkerTests.sleep, parameters { $0.add(milliseconds) })
        }

        /// Compares what the instance believes with what is there. Returns the transactions that were decided wrongly.
        func wrongDecisions(rows: [Int64: Int]) throws -> [Int64] {
            var direct = try database.connect()
            let found = try direct.run(
                "SELECT transaction, count(*) FROM writes GROUP BY transaction", until: patience
            ) { rows throws(PostgresError) in
                try rows.all { row throws(PostgresError) in (try row.integer(0), Int(try row.integer(1))) }
            }
            let counts = Dictionary(uniqueKeysWithValues: found)
            return fates.filter { transaction, fate in
                counts[transaction] != (fate == .committed ? rows[transaction] : nil)
            }.keys.sorted()
        }
    }

    /// Loses connections at every step of the protocol: cut in both directions at random bytes, silent, or given up
    /// while the server goes on. Returns the fates, and the transactions that were decided wrongly.
    private static func loseConnections(
        _ count: Int, looks: Bool, seed: UInt64
    ) throws -> (fates: [CommitFate], wrong: [Int64]) {
        var random = SeededRandom(seed: seed)
        var writer = try Writer.make(looks: looks)
        defer { writer.proxy.close() }
        var rows: [Int64: Int] = [:]
        var lostCount = 0
        while lostCount < count {
            let plan = Plan(&random)
            writer.proxy.order(plan.cut)
            if try !writer.write(plan) { lostCount += 1 }
            rows[writer.marker.transaction] = plan.rows
            writer.proxy.order(nil)
        }
        return (Array(writer.fates.values), try writer.wrongDecisions(rows: rows))
    }

    @Test func lostTransactionsAreDecidedRightly() throws {
        let result = try Self.loseConnections(200, looks: false, seed: 16)
        #expect(result.wrong == [])
        #expect(result.fates.count { $0 == .committed } > 20)
        #expect(result.fates.count { $0 == .nothingHappened } > 20)
    }

    /// The control: without the epoch, some decisions are wrong, so the test above would find them.
    @Test func aLookAloneDecidesWrongly() throws {
        #expect(try Self.loseConnections(200, looks: true, seed: 16).wrong != [])
    }

    /// A transaction that reaches the server after the decision fails at its first statement.
    @Test func aTransactionThatComesLateIsRefused() throws {
        let database = try TestDatabase()
        var old = try database.connect()
        var new = try database.connect()
        try old.run(CommitMarker.table, until: patience)
        try old.runScript(
            "CREATE TABLE writes (transaction int8); INSERT INTO instances VALUES (1, 1, 0, 0)", until: patience)
        for statement in [CommitMarker.note, CommitMarker.raiseEpoch, Self.insert] {
            try old.prepare([statement], until: patience)
            try new.prepare([statement], until: patience)
        }
        var late = CommitMarker(instance: 1, epoch: 1, transaction: 0)
        try late.begin(on: &old, at: 0)
        try old.send(Self.insert, parameters { $0.add(array: [1]) })
        var marker = late
        #expect(try marker.decide(on: &new, until: patience) == .nothingHappened)
        #expect(marker.epoch == 2)
        let error = #expect(throws: PostgresError.self) { try old.finishTransaction(until: patience) }
        #expect(error?.state == .divisionByZero)
        #expect(try new.run("SELECT * FROM writes", until: patience) == 0)
        // An instance whose row another one took over can decide nothing.
        #expect(try late.decide(on: &new, until: patience) == .inDoubt)
    }

    /// A damaged row may have the greatest number.
    @Test func theNumberAfterTheGreatestIsAnother() throws {
        let database = try TestDatabase()
        var connection = try database.connect()
        try connection.run(CommitMarker.table, until: patience)
        try connection.runScript("INSERT INTO instances VALUES (1, 1, \(Int64.max), 0)", until: patience)
        try connection.prepare([CommitMarker.note, CommitMarker.raiseEpoch], until: patience)
        var marker = CommitMarker(instance: 1, epoch: 1, transaction: .max)
        for _ in 0..<2 {
            try marker.begin(on: &connection, at: 0)
            try connection.finishTransaction(until: patience)
        }
        #expect(marker.transaction == .min + 1)
        #expect(try marker.decide(on: &connection, until: patience) == .committed)
    }

    /// The decision waits for an old transaction that holds the row.
    @Test func theDecisionWaitsForARunningTransaction() throws {
        let database = try TestDatabase()
        var old = try database.connect()
        var new = try database.connect()
        try old.run(CommitMarker.table, until: patience)
        try old.runScript("INSERT INTO instances VALUES (1, 1, 0, 0)", until: patience)
        try old.prepare([CommitMarker.note], until: patience)
        try new.prepare([CommitMarker.raiseEpoch], until: patience)
        var marker = CommitMarker(instance: 1, epoch: 1, transaction: 0)
        try marker.begin(on: &old, at: 0)
        try old.sendFlushRequest()
        _ = try old.next(until: patience)
        let (start, process) = (marker, new.processID)
        let decision = BlockingQueue<Result<CommitFate, PostgresError>>(capacity: 1)
        let handed = Mutex(new)
        let thread = Thread(name: "decides") {
            var marker = start
            let fate = handed.withLock { connection in
                Result { () throws(PostgresError) in try marker.decide(on: &connection, until: patience) }
            }
            _ = decision.put(fate)
        }
        var watch = try database.connect()
        try eventually("the decision does not wait") {
            try watch.run(
                "SELECT 1 FROM pg_locks WHERE pid = $1::int AND NOT granted", parameters { $0.add(process) },
                until: patience) > 0
        }
        try old.finishTransaction(until: patience)
        #expect(try decision.take()?.get() == .committed)
        thread.join()
    }
}
