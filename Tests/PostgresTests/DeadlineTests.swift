import Glibc
import Postgres
import TestSupport
import Testing

@Suite(.enabled(if: PostgreSQLServer.isInstalled))
struct DeadlineTests {
    /// Runs `body` and returns the time that it took, in milliseconds.
    private static func milliseconds(_ body: () throws -> Void) rethrows -> Int {
        let start = ContinuousClock.now
        try body()
        return Int((ContinuousClock.now - start) / .milliseconds(1))
    }

    /// The kernel of a frozen server goes on taking bytes, so that only the deadline ends the wait.
    @Test func aFrozenServerIsGivenUpAtTheDeadline() throws {
        var connection = try TestDatabase().connect()
        let process = pid_t(connection.processID)
        kill(process, SIGSTOP)
        defer { kill(process, SIGCONT) }
        var error: PostgresError?
        let waited = Self.milliseconds {
            error = #expect(throws: PostgresError.self) {
                try connection.run("SELECT 1", until: .after(milliseconds: 200))
            }
        }
        #expect(error?.cause == .deadlinePassed)
        #expect((190...30_000).contains(waited), "\(waited) ms")
        #expect((connection.isCommitPending) == true)
        // Every further call repeats the error at once.
        let again = Self.milliseconds {
            #expect(throws: PostgresError(.deadlinePassed, "the server did not answer in time")) {
                try connection.send("SELECT 1")
            }
        }
        #expect(again < 10_000)
    }

    @Test func aFrozenServerIsGivenUpWhileSending() throws {
        var connection = try TestDatabase().connect()
        let process = pid_t(connection.processID)
        kill(process, SIGSTOP)
        defer { kill(process, SIGCONT) }
        let long = [UInt8](repeating: 1, count: 1 << 20)
        let error = #expect(throws: PostgresError.self) {
            for _ in 0..<64 {
                try connection.send("SELECT length($1)", parameters { $0.add(long) })
                try connection.flush(until: .after(milliseconds: 200))
            }
        }
        #expect(error?.cause == .deadlinePassed)
        #expect((connection.isCommitPending) == false)
    }

    /// A host that takes connections and never answers does not keep the next one from being tried.
    @Test func aSilentHostIsPassedOver() throws {
        let database = try TestDatabase()
        let silent = try LoopbackListener()
        defer { silent.close() }
        let folder = database.server.folder.replacing("/", with: "%2F")
        let hosts = "127.0.0.1:\(silent.port),%2Fnowhere:1,\(folder):\(database.server.port)"
        let address = try ConnectionAddress("postgresql://martlet@\(hosts)/\(database.name)", with: library.get())
        var limits = ConnectionLimits()
        limits.connectMillisecondsPerHost = 500
        var connection: Connection
        do {
            connection = try Connection.open(
                address, application: "tests", with: library.get(), limits: limits, until: patience)
        }
        #expect(connection.host == address.hosts[2])
        #expect(try connection.run("SELECT 1", until: patience) == 1)
    }

    @Test func silentHostsAreGivenUpAtTheDeadline() throws {
        let silent = try LoopbackListener()
        defer { silent.close() }
        let address = try ConnectionAddress(
            "postgresql://ann:secret@127.0.0.1:\(silent.port),127.0.0.1:\(silent.port)/shop", with: library.get())
        var error: PostgresError?
        let waited = try Self.milliseconds {
            let library = try library.get()
            error = #expect(throws: PostgresError.self) {
                _ = try Connection.open(address, application: "tests", with: library, until: .after(milliseconds: 300))
            }
        }
        #expect(error?.cause == .unreachable(nil))
        #expect(error?.description.contains("secret") == false)
        #expect((290...30_000).contains(waited), "\(waited) ms")
    }

    @Test func aConnectionForWhichThereIsNoTimeHasAReason() throws {
        let library = try library.get()
        let address = try ConnectionAddress("postgresql://127.0.0.1/shop", with: library)
        let error = #expect(throws: PostgresError.self) {
            _ = try Connection.open(address, application: "tests", with: library, until: .after(milliseconds: 0))
        }
        #expect(error == PostgresError(.unreachable(nil), "there was no time to connect"))
    }

    @Test func aServerThatTakesNoWritesIsPassedOver() throws {
        let database = try TestDatabase()
        let readOnly = try database.server.makeDatabase()
        try database.server.run("ALTER DATABASE \(readOnly) SET default_transaction_read_only = on")
        let address = try ConnectionAddress(database.server.address(of: readOnly), with: library.get())
        let library = try library.get()
        let error = #expect(throws: PostgresError.self) {
            _ = try Connection.open(address, application: "tests", with: library, until: patience)
        }
        #expect(error?.message.contains("read-only") == true)
    }

    @Test func aRefusedConnectionHasTheCodeOfTheServer() throws {
        let database = try TestDatabase()
        let library = try library.get()
        let missing = try ConnectionAddress(database.server.address(of: "missing"), with: library)
        var error = #expect(throws: PostgresError.self) {
            _ = try Connection.open(missing, application: "tests", with: library, until: patience)
        }
        #expect(error?.state == .noSuchDatabase)
        let wrong = try ConnectionAddress(
            "postgresql://martlet:wrong-secret@127.0.0.1:\(database.server.port)/\(database.name)", with: library)
        error = #expect(throws: PostgresError.self) {
            _ = try Connection.open(wrong, application: "tests", with: library, until: patience)
        }
        #expect(error?.state == .wrongPassword)
        #expect(error?.description.contains("secret") == false)
    }

    @Test func theEndOfASessionHasTheCodeOfTheServer() throws {
        let database = try TestDatabase()
        var victim = try database.connect()
        var other = try database.connect()
        try other.run(
            "SELECT pg_terminate_backend($1::int)", parameters { $0.add(victim.processID) }, until: patience)
        let error = #expect(throws: PostgresError.self) {
            while true { try victim.run("SELECT 1", until: patience) }
        }
        // The end may be noticed before the server's words are read.
        #expect(error?.state == .adminShutdown || error?.cause == .connectionLost)
        #expect(error?.isEndOfConnection == true)
    }
}
