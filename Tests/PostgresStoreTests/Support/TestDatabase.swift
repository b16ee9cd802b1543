import Changes
import Loyalty
import Posix
import Postgres
import Storage
import TestSupport

@testable import PostgresStore

/// A database with the tables of a shop, on the server that tests share.
struct TestDatabase: Sendable {
    /// The time in which a healthy server answers, on a machine that is busy with other work.
    static let patienceMilliseconds = 60_000

    static var patience: Deadline { .after(milliseconds: patienceMilliseconds) }

    private static let library = Result { try PostgresLibrary.load() }

    let server: PostgreSQLServer
    let name: String

    /// - Parameter server: `nil` for the one that tests share.
    init(on server: PostgreSQLServer? = nil) throws {
        self.server = try server ?? PostgreSQLServer.shared.get()
        name = try self.server.makeDatabase()
        let connector = try connector()
        var connection = try connector.open(until: Self.patience)
        try Migration.run(on: &connection, until: Self.patience)
    }

    /// A database that is there.
    init(on server: PostgreSQLServer, named name: String) {
        (self.server, self.name) = (server, name)
    }

    /// - Parameter port: the port of a proxy before the server.
    func connector(through port: Int? = nil) throws -> StoreConnector {
        let library = try Self.library.get()
        let address = server.address(of: name, through: port)
        return StoreConnector(address: try ConnectionAddress(address, with: library), library: library)
    }

    /// A writer of an instance of its own.
    func makeWrites() throws -> WriteLane {
        var connection = try connect()
        let now = Timestamp(milliseconds: 1_700_000_000_000)
        return try WriteLane(
            connector: try connector(), instance: try InstanceRow.claim(on: &connection, at: now, until: Self.patience),
            limits: StorageLimits(), changeLog: ChangeLog(capacity: 100, after: ChangeID(rawValue: 0)), clock: { now },
            log: Log { _, _ in })
    }

    func connect() throws -> Connection { try connector().connect(until: Self.patience) }
}
