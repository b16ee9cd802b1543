import Posix
import Postgres
import TestSupport
import Testing

@Suite(.enabled(if: PostgreSQLServer.isInstalled))
struct PipelineTests {
    private static let insert = PreparedStatement("insert", "INSERT INTO numbers VALUES ($1)", .integer)
    private static let double = PreparedStatement("double", "SELECT $1 * 2", .integer)

    private static func connect(to database: TestDatabase) throws -> Connection {
        var connection = try database.connect()
        try connection.run("CREATE TABLE IF NOT EXISTS numbers (n int8 PRIMARY KEY)", until: patience)
        try connection.prepare([insert, double], until: patience)
        return connection
    }

    private static func count(_ connection: inout Connection) throws -> Int64? {
        try connection.integer("SELECT count(*) FROM numbers")
    }

    /// The answers of everything that was sent, in words.
    private static func answers(_ connection: inout Connection) throws -> [String] {
        var words: [String] = []
        while connection.pendingCount > 0 {
            switch try connection.next(until: patience) {
            case .rows(let rows): words.append("\(rows.affectedRowCount) rows")
            case .done: words.append("done")
            case .failed(let error): words.append("failed \(error.state?.description ?? "")")
            case .skipped: words.append("skipped")
            case .synchronized: words.append("synchronized")
            }
        }
        return words
    }

    @Test func anErrorSkipsTheRestOfItsTransactionAlone() throws {
        var connection = try Self.connect(to: TestDatabase())
        for numbers in [[1, 2], [3, 1, 4], [5]] as [[Int64]] {
            for number in numbers { try connection.send(Self.insert, parameters { $0.add(number) }) }
            try connection.sendSynchronization()
        }
        #expect(
            try Self.answers(&connection) == [
                "1 rows", "1 rows", "synchronized", "1 rows", "failed 23505", "skipped", "synchronized", "1 rows",
                "synchronized",
            ])
        #expect(try Self.count(&connection) == 3)
    }

    /// The results are there before the commit is sent, so that none is lost with a commit in doubt.
    @Test func aFlushRequestBringsAnswersBeforeTheCommit() throws {
        let database = try TestDatabase()
        var connection = try Self.connect(to: database)
        var other = try database.connect()
        try connection.send(Self.insert, parameters { $0.add(1) })
        try connection.sendFlushRequest()
        guard case .rows(let rows) = try connection.next(until: patience) else {
            throw TestFailure("the statement was not answered")
        }
        #expect(rows.affectedRowCount == 1)
        #expect((connection.isCommitPending) == false)
        #expect(try Self.count(&other) == 0)
        try connection.sendSynchronization()
        #expect((connection.isCommitPending) == true)
        #expect(try Self.answers(&connection) == ["synchronized"])
        #expect((connection.isCommitPending) == false)
        #expect(try Self.count(&other) == 1)
    }

    /// Both sides would wait for each other if the client only sent, until their buffers were full.
    @Test func manyLongAnswersDoNotBlockTheSending() throws {
        var connection = try TestDatabase().connect()
        let long = String(repeating: "x", count: 10_000)
        for _ in 0..<2_000 { try connection.send("SELECT $1", parameters { $0.add(long) }) }
        try connection.sendSynchronization()
        let answers = try Self.answers(&connection)
        #expect(answers.count == 2_001)
        #expect(answers.dropLast().allSatisfy { $0 == "1 rows" })
    }

    @Test func aFailureNamesStatementAndConstraintAndNoValue() throws {
        var connection = try Self.connect(to: TestDatabase())
        let one = parameters { $0.add(4711) }
        _ = try connection.run(Self.insert, one, until: patience) { rows in rows.affectedRowCount }
        let error = #expect(throws: PostgresError.self) {
            try connection.run(Self.insert, one, until: patience) { rows in rows.affectedRowCount }
        }
        #expect(error?.cause == .server(.uniqueViolation, isFatal: false, constraint: "numbers_pkey"))
        #expect(error?.statement == "insert")
        #expect(error?.description.contains("4711") == false)
        let result = try connection.run(Self.double, one, until: patience) { rows throws(PostgresError) in
            try rows.first { row throws(PostgresError) in try row.integer(0) }
        }
        #expect(result == 9422)
    }

    /// A script has no name that would tell an owner anything.
    @Test func aFailureOfAScriptNamesNoStatement() throws {
        var connection = try TestDatabase().connect()
        let error = #expect(throws: PostgresError.self) {
            try connection.runScript("SELECT 1; SELECT 1 / 0", until: patience)
        }
        #expect(error?.description == "division by zero (22012)")
        try connection.runScript("SELECT 1", until: patience)
    }

    /// Some errors come with the commit: of deferred constraints, and of a full queue of notifications.
    @Test func anErrorOfTheCommitRollsBackAndLeavesTheConnectionUsable() throws {
        var connection = try TestDatabase().connect()
        try connection.run("CREATE TABLE late (n int8 UNIQUE DEFERRABLE INITIALLY DEFERRED)", until: patience)
        try connection.run("INSERT INTO late VALUES (1)", until: patience)
        for _ in 0..<2 {
            try connection.send("INSERT INTO late VALUES (1)")
            var error: PostgresError?
            do throws(PostgresError) {
                try connection.finishTransaction(until: patience)
            } catch let failure {
                error = failure
            }
            #expect(error?.state == .uniqueViolation)
            #expect(error?.isEndOfConnection == false)
            #expect(connection.pendingCount == 0)
            #expect(try connection.integer("SELECT count(*) FROM late") == 1)
        }
        try connection.send("INSERT INTO late VALUES (1)")
        try connection.sendSynchronization()
        try connection.send("INSERT INTO late VALUES (2)")
        try connection.sendSynchronization()
        #expect(try Self.answers(&connection) == ["1 rows", "failed 23505", "synchronized", "1 rows", "synchronized"])
    }

    @Test func aScriptIsOneTransaction() throws {
        var connection = try Self.connect(to: TestDatabase())
        try connection.runScript("INSERT INTO numbers VALUES (1); INSERT INTO numbers VALUES (2)", until: patience)
        let error = #expect(throws: PostgresError.self) {
            try connection.runScript("INSERT INTO numbers VALUES (3); INSERT INTO numbers VALUES (1)", until: patience)
        }
        #expect(error?.state == .uniqueViolation)
        try connection.runScript("", until: patience)
        #expect(try Self.count(&connection) == 2)
    }

    @Test func aWarningIsKept() throws {
        var connection = try TestDatabase().connect()
        try connection.runScript("DO $$BEGIN RAISE WARNING 'careful'; RAISE NOTICE 'nothing'; END$$", until: patience)
        #expect(connection.takeWarnings().map(\.message) == ["careful"])
        #expect(connection.takeWarnings().isEmpty)
    }

    @Test func aStatementIsCancelledByAnotherThread() throws {
        var connection = try TestDatabase().connect()
        let handle = try connection.makeCancelHandle()
        let end = BlockingQueue<Never>(capacity: 1)
        // A thread of its own, since the statement blocks one of those that tasks run on.
        let canceller = Thread(name: "canceller") {
            // The first request may come before the statement begins, and then does nothing.
            while end.takeSeveral(limit: 1, withinMilliseconds: 20) != nil { handle.cancel() }
        }
        let error = #expect(throws: PostgresError.self) {
            try connection.run("SELECT pg_sleep(60)", until: patience)
        }
        end.close()
        canceller.join()
        #expect(error?.state == .cancelled)
        #expect(error?.isEndOfConnection == false)
    }
}
