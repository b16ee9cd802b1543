import Changes
import Loyalty
import Postgres
import TestSupport
import Testing

@testable import PostgresStore

/// Instances that hang within a transaction.
@Suite(.enabled(if: PostgreSQLServer.isInstalled))
struct HungSessionTests {
    /// Runs a statement within a transaction that goes no further.
    private static func hang(_ sql: String, on connection: inout Connection) throws(PostgresError) {
        try connection.send(sql)
        try connection.sendFlushRequest()
        _ = try connection.rows(until: TestDatabase.patience) { (_: borrowing Row) throws(PostgresError) in }
    }

    @Test func rowsThatAHungInstanceKeepsLockedBecomeFree() async throws {
        let database = try TestDatabase()
        let users = try database.addPlainUsers(2)
        var hung = try database.connect()
        var reading = try database.connect()
        try Self.hang("SELECT 1 FROM balances FOR UPDATE", on: &hung)
        try Self.hang("SELECT 1 FROM balances", on: &reading)
        try await TestLane.with(database) { lane in
            for (index, user) in users.enumerated() {
                let upload = try await lane.upload(.sample(index), by: user)
                #expect(upload.isAccepted)
            }
            #expect(lane.log.count(of: "silent for 2000 ms: 1") == 1)
        }
        let error = #expect(throws: PostgresError.self) { try hung.finishTransaction(until: TestDatabase.patience) }
        #expect(error?.state == .adminShutdown)
        try reading.finishTransaction(until: TestDatabase.patience)
        #expect(try database.brokenRules() == [])
    }

    /// The server has not heard of the end of the last connection.
    @Test func theNextConnectionOfAnInstanceEndsItsLastOne() throws {
        let database = try TestDatabase()
        var last = try database.connect()
        var other = try database.connect()
        let now = Timestamp(milliseconds: 1_700_000_000_000)
        let instance = try InstanceRow.claim(on: &other, at: now, until: TestDatabase.patience)
        try Self.hang("SELECT 1 FROM instances FOR UPDATE", on: &last)
        let connector = try database.connector()
        func connect() throws(PostgresError) -> CommitFate {
            try WriteConnection.open(
                connector, after: instance.marker, ChangeID(rawValue: 0), at: now, until: TestDatabase.patience
            ).fate
        }
        let error = #expect(throws: PostgresError.self) { _ = try connect() }
        #expect(error?.state == .lockNotAvailable)
        #expect(try connect() == .committed)
    }
}

extension OrderUpload {
    fileprivate var isAccepted: Bool { if case .accepted = self { true } else { false } }
}
