import Loyalty
import Posix
import SQLite
import TestSupport
import Testing

@testable import SQLiteStore
@testable import SharedStore

/// Each column of each table has a rule: the check finds extreme values in all of them. The tables and columns come
/// from the file itself, so that the test notices a new column without a rule, and a new table without a row here.
struct ColumnRuleTests {
    private struct Column {
        let table: String
        let name: String
        let type: String
        let primaryKey: String

        var label: String { "\(table).\(name)" }
    }

    /// SQL expressions that are no value of any column of a type.
    private static let extremes = [
        "INTEGER": ["9223372036854775807", "-9223372036854775807 - 1", "-1"],
        "TEXT": ["CAST(x'ff' AS TEXT)", "printf('%010000d', 0)"],
        "BLOB": ["x''", "zeroblob(1000000)"],
    ]

    /// The API takes a reward as large as the integer is, and an action may have been on any amount of points.
    private static let allowed: Set = [
        "reward_rules.reward_millionths = 9223372036854775807", "staff_actions.points = 9223372036854775807",
        "staff_actions.points = -9223372036854775807 - 1", "staff_actions.points = -1",
    ]

    /// Makes a database with a row in each table, and returns its bytes.
    private func sample() async throws -> [UInt8] {
        let folder = TemporaryFolder()
        try await Fixture.with(folder: folder) { fixture async throws in
            let user = try await fixture.addUser("user")
            try await fixture.credit(1000, for: .sample(1), to: user)
            try await fixture.onLoop { repository in
                _ = try await repository.withdraw(
                    Points(hundredths: 300), for: .sample(2), of: user, at: fixture.clock.now)
            }
            let note = LedgerNote(author: "owner", reason: "a late parcel")
            try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
                _ = try transaction.adjust(.id(user), by: Points(hundredths: 5), note: note, at: fixture.clock.now)
                try transaction.run("INSERT INTO sign_in_places VALUES (?, x'7f000001', 0, 0)", user.rawValue)
                try transaction.run("INSERT INTO reward_rules VALUES (1, 'tea', 1, 5)")
                try transaction.run("INSERT INTO receipts VALUES ('26', 5, 0)")
            }
            try addStaff(to: fixture, user)
            try fixture.expectPassesCheck()
        }
        return try folder.read("test.db")
    }

    /// Fills the tables of the staff.
    private func addStaff(to fixture: Fixture, _ user: UserID) throws {
        let now = fixture.clock.now
        try fixture.store.writer.performAndWait { transaction throws(SQLiteError) in
            guard let name = try? StaffName("anna"),
                case .now(.staff(let staff, _)) = try transaction.apply(
                    .addStaff(name, .owner, .sample("anna")), by: Actor(system: "root"), request: nil, at: now)
            else { preconditionFailure("a first account must be added") }
            let credentials = StaffCredentials(staff: staff, passwordHash: .sample("anna"))
            _ = try transaction.addSession(.sample("anna"), of: credentials, from: "192.0.2.1", at: now)
            let request = IdempotentRequest(
                key: SessionID.sample("key").bytes, request: SessionID.sample("request").bytes,
                response: { _ in StoredResponse(status: 200, body: [0x7B, 0x7D]) })
            let actor = Actor(staff, address: "192.0.2.1")
            _ = try transaction.apply(.setRegistration(isOpen: false), by: actor, request: request, at: now)
            let adjustment = ShopChange.adjust(.id(user), Points(hundredths: 5), reason: "a present")
            _ = try transaction.apply(adjustment, by: actor, request: nil, at: now)
            // The first action is the one whose columns are changed, so that it has a value in each.
            try transaction.run("DROP TRIGGER staff_actions_stay")
            try transaction.run("DELETE FROM staff_actions WHERE user_id IS NULL")
            try transaction.run(
                """
                CREATE TRIGGER staff_actions_stay BEFORE DELETE ON staff_actions
                BEGIN SELECT RAISE(ABORT, 'the record of actions is append-only'); END
                """)
        }
    }

    private func columns(of database: Database) throws -> [Column] {
        let tables = try database.all("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name") { row in
            row.text(0)
        }
        return try tables.flatMap { table in
            let key = try database.all("SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", table) { row in
                row.text(0)
            }.joined(separator: ", ")
            return try database.all("SELECT name, type FROM pragma_table_info(?)", table) { row in
                Column(table: table, name: row.text(0), type: row.text(1), primaryKey: key)
            }
        }
    }

    /// Puts a value into a column of one row, past the triggers and constraints of the table; returns the number of
    /// changed rows.
    private func put(_ value: String, into column: Column, of database: Database) throws -> Int64? {
        let triggers = try database.all("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'") { row in
            (name: row.text(0), sql: row.text(1))
        }
        for trigger in triggers { try database.execute("DROP TRIGGER \(trigger.name)") }
        try database.execute(
            """
            PRAGMA foreign_keys = OFF;
            PRAGMA ignore_check_constraints = ON;
            UPDATE \(column.table) SET \(column.name) = \(value)
            WHERE (\(column.primaryKey)) = (SELECT \(column.primaryKey) FROM \(column.table) LIMIT 1);
            PRAGMA ignore_check_constraints = OFF;
            """)
        let changed = try database.first("SELECT changes()") { row in row.integer(0) }
        for trigger in triggers { try database.execute(trigger.sql) }
        return changed
    }

    @Test func extremeValuesAreFoundInEveryColumn() async throws {
        let sample = try await sample()
        let folder = TemporaryFolder()
        try folder.write(sample, to: "sample.db")
        let original = try Database(path: folder.file("sample.db"), mode: .readOnly)
        let columns = try columns(of: original)
        original.close()
        #expect(columns.count > 40)
        for column in columns {
            let values = try #require(Self.extremes[column.type], "\(column.label) has the type \(column.type)")
            for value in values where !Self.allowed.contains("\(column.label) = \(value)") {
                try folder.write(sample, to: "case.db")
                let database = try Database(path: folder.file("case.db"), mode: .readWriteCreate)
                defer { database.close() }
                try database.execute("PRAGMA journal_mode = DELETE")
                #expect(try put(value, into: column, of: database) == 1, "\(column.label) has a row here")
                let check = try IntegrityCheck.run(on: database, "case.db", until: Cancellation()) { _ in }
                #expect(!check.isPassed, "\(column.label) = \(value)")
                #expect(check.findings.first?.faults == [], "the schema is as it was")
            }
        }
    }
}
