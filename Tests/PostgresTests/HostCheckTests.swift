import Postgres
import TestSupport
import Testing

/// A caller's check of each host of an address.
@Suite(.enabled(if: PostgreSQLServer.isInstalled))
struct HostCheckTests {
    /// The address of a database by its server's port and then by its server's socket, which are two hosts.
    ///
    /// - Parameter others: the hosts before these.
    private static func address(of database: TestDatabase, after others: [String] = []) throws -> ConnectionAddress {
        let (server, port) = (database.server, database.server.port)
        let hosts = others + ["127.0.0.1:\(port)", "\(server.folder.replacing("/", with: "%2F")):\(port)"]
        let text = server.address(of: database.name)
            .replacing("127.0.0.1:\(port)", with: hosts.joined(separator: ","))
        return try ConnectionAddress(text, with: library.get())
    }

    @Test func aHostThatFailsTheCheckIsPassedOver() throws {
        let address = try Self.address(of: TestDatabase())
        var checked: [ConnectionAddress.Host] = []
        var connection = try Connection.open(address, application: "tests", with: library.get(), until: patience) {
            (candidate: inout Connection, deadline: Deadline) throws(PostgresError) in
            checked.append(candidate.host)
            try candidate.run("SELECT 1", until: deadline)
            if checked.count == 1 { throw PostgresError(.refusedCall, "this is the wrong one") }
        }
        #expect(checked == address.hosts)
        #expect(connection.host == address.hosts[1])
        #expect(try connection.run("SELECT 1", until: patience) == 1)
    }

    /// A server that takes the connection and then hangs does not take the time of the next one.
    @Test func aCheckHasTheTimeOfItsHost() throws {
        let address = try Self.address(of: TestDatabase())
        var limits = ConnectionLimits()
        limits.connectMillisecondsPerHost = 6_000
        var millisecondsLeft: [Int] = []
        let connection = try Connection.open(
            address, application: "tests", with: library.get(), limits: limits, until: patience
        ) { (candidate: inout Connection, deadline: Deadline) throws(PostgresError) in
            millisecondsLeft.append(deadline.millisecondsLeft)
            if millisecondsLeft.count == 1 { try candidate.run("SELECT pg_sleep(30)", until: deadline) }
        }
        #expect(connection.host == address.hosts[1])
        #expect(millisecondsLeft.count == 2 && millisecondsLeft.allSatisfy { $0 <= 6_000 }, "\(millisecondsLeft)")
    }

    /// The message has no room for the reasons of all hosts.
    @Test func theReasonsOfHostsThatTookTheConnectionComeFirst() throws {
        let database = try TestDatabase()
        let address = try Self.address(of: database, after: (1...12).map { "%2Fnowhere-\($0):1" })
        let library = try library.get()
        let error = #expect(throws: PostgresError.self) {
            _ = try Connection.open(address, application: "tests", with: library, until: patience) {
                (candidate: inout Connection, deadline: Deadline) throws(PostgresError) in
                if candidate.host == address.hosts[13] { try candidate.run("SELECT 1 / 0", until: deadline) }
                throw PostgresError(.refusedCall, "this is the wrong one")
            }
        }
        let (port, folder) = (database.server.port, database.server.folder)
        let reasons = "127.0.0.1:\(port): this is the wrong one; \(folder):\(port): division by zero; /nowhere-1:1: "
        #expect(error?.message.hasPrefix(reasons) == true, "\(String(describing: error))")
        #expect(error?.cause == .unreachable(.divisionByZero))
        #expect(error?.statement.isEmpty == false)
    }
}
