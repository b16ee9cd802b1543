import Loyalty
import Posix
import SQLite
import Storage
import TestSupport
import Testing

@testable import SQLiteStore

struct SchemaTests {
    /// An upgrade can be undone: the file as it was is kept under a name that says of which upgrade.
    @Test func aDatabaseIsCopiedBeforeItIsChanged() async throws {
        let folder = TemporaryFolder()
        try await Fixture.with(folder: folder) { fixture async throws in _ = try await fixture.addUser() }
        let now = Timestamp(milliseconds: 1_764_040_320_123)
        let file = try DatabaseFile(path: folder.file("test.db"))
        let next = Schema.migrations + ["ALTER TABLE users ADD COLUMN nickname TEXT;"]
        let database = try file.openWriter(at: now, log: .none, migrations: next)
        #expect(try database.first("SELECT nickname FROM users") { row in row.isNull(0) } == true)
        database.close()
        let copy = try Database(
            path: folder.file("test.db.before-schema-\(next.count)-1764040320"), mode: .readOnly)
        #expect(try copy.first("PRAGMA user_version") { row in row.integer(0) } == Int64(Schema.migrations.count))
        #expect(try copy.first("SELECT login FROM users") { row in row.text(0) } == "gopher")
        copy.close()
        // A database that is up to date is not copied again.
        try file.openWriter(at: now, log: .none, migrations: next).close()
        #expect(try FolderListing.names(in: folder.path).count { $0.contains("before-schema") } == 1)
    }

    /// An owner may put the copy back and upgrade again within a second.
    @Test func aCopyReplacesNoCopyOfTheSameSecond() async throws {
        let folder = TemporaryFolder()
        try await Fixture.with(folder: folder) { fixture async throws in _ = try await fixture.addUser() }
        let next = Schema.migrations + ["ALTER TABLE users ADD COLUMN nickname TEXT;"]
        let name = "test.db.before-schema-\(next.count)-1764040320"
        try folder.write([1], to: name)
        let file = try DatabaseFile(path: folder.file("test.db"))
        try file.openWriter(at: Timestamp(milliseconds: 1_764_040_320_123), log: .none, migrations: next).close()
        #expect(try folder.read(name) == [1])
        let copies = try FolderListing.names(in: folder.path).filter { $0.contains("before-schema") }
        #expect(copies.sorted() == [name, name + "-2"])
    }

    /// An attempt that was killed between two changes of the tables has left the only way back to their first form.
    @Test func aCopyOfAnEarlierSchemaStays() async throws {
        let folder = TemporaryFolder()
        try await Fixture.with(folder: folder) { fixture async throws in _ = try await fixture.addUser() }
        let next = Schema.migrations + ["ALTER TABLE users ADD COLUMN nickname TEXT;"]
        let (version, name) = (Schema.migrations.count, "test.db.before-schema-\(next.count)")
        try folder.write(try folder.read("test.db"), to: name)
        let copy = try Database(path: folder.file(name), mode: .readWriteCreate)
        try copy.execute("PRAGMA user_version = \(version - 1)")
        copy.close()
        let now = Timestamp(milliseconds: 1_764_040_320_123)
        try DatabaseFile(path: folder.file("test.db")).openWriter(at: now, log: .none, migrations: next).close()
        let copies = try FolderListing.names(in: folder.path).filter { $0.hasPrefix(name) }
        #expect(copies.sorted() == ["\(name)-1764040320", "\(name)-from-\(version - 1)"])
        for (name, version) in zip(copies.sorted(), [version, version - 1]) {
            #expect(Schema.version(ofHeader: try folder.read(name)) == version, "\(name)")
        }
    }

    /// Statements say `status < 2` and `state < 2`, as the partial indexes do.
    @Test func statusesHaveTheOrderOfTheStatements() {
        for status in Order.Status.allCases { #expect(status.isFinal == (status.rawValue >= 2), "\(status)") }
        for state in UserAccount.State.allCases { #expect((state == .deleted) == (state.rawValue >= 2), "\(state)") }
    }

    /// An upgrade that fails is tried again at each start. The owner is told why, nothing is lost, and there is at most
    /// one copy for the schema, however often that happens.
    @Test func anUpgradeThatFailsAtEachStartLeavesOneCopy() async throws {
        let folder = TemporaryFolder()
        try await Fixture.with(folder: folder) { fixture async throws in _ = try await fixture.addUser() }
        let path = folder.file("test.db")
        func copies() throws -> [String] {
            try FolderListing.names(in: folder.path).filter { $0.contains("before-schema") }
        }
        let broken = Schema.migrations + ["CREATE TABLE b (v); INSERT INTO none VALUES (1);"]
        let start = Timestamp(milliseconds: 1_764_040_320_123)
        for count in 0..<4 {
            // One time after the other, and with a copy that a killed attempt left beside it.
            if count == 2 { try folder.write(try folder.read("test.db"), to: "test.db.before-schema-\(broken.count)") }
            let now = start.advanced(byMilliseconds: Int64(count) * 60_000)
            do throws(StoreError) {
                try DatabaseFile(path: path).openWriter(at: now, log: .none, migrations: broken).close()
                Issue.record("the migration fails")
            } catch {
                #expect(error.description.hasPrefix("The database \(path) can't be prepared: "))
                #expect(error.description.contains("no such table: none") && error.description.hasSuffix("."))
            }
            #expect(try copies().count <= 1, "start \(count)")
        }
        // A version that can do it keeps the copy from before its change, with all that the file had.
        let good = Schema.migrations + ["CREATE TABLE b (v);"]
        let later = start.advanced(byMilliseconds: 3_600_000)
        try DatabaseFile(path: path).openWriter(at: later, log: .none, migrations: good).close()
        let names = try copies()
        #expect(names == ["test.db.before-schema-\(good.count)-\(later.milliseconds / 1000)"])
        let copy = try Database(path: folder.file(try #require(names.first)), mode: .readOnly)
        #expect(try copy.first("SELECT login FROM users") { row in row.text(0) } == "gopher")
        copy.close()
    }

    private let folder = TemporaryFolder()

    private func openRaw() throws -> Database {
        try Database(path: folder.file("test.db"), mode: .readWriteCreate)
    }

    private func openStore() throws -> LoyaltyStore {
        try LoyaltyStore(path: folder.file("test.db"), clock: { TestClock().now }, log: .none, onFatalError: {})
    }

    private func refusal() -> String? {
        do throws(StoreError) {
            try LoyaltyStore(
                path: folder.file("test.db"), clock: { TestClock().now }, log: .none, onFatalError: {}
            ).stop()
            return nil
        } catch {
            return error.description
        }
    }

    @Test func aFreshFileGetsOurNameAndVersion() throws {
        try openStore().stop()
        let database = try openRaw()
        #expect(try database.first("PRAGMA application_id") { row in row.integer(0) } == 0x4D52_544C)
        #expect(try database.first("PRAGMA user_version") { row in row.integer(0) } == Int64(Schema.migrations.count))
        #expect(try database.first("PRAGMA journal_mode") { row in row.text(0) } == "wal")
    }

    @Test func aFileIsReopenedWithWhatItHolds() async throws {
        let folder = TemporaryFolder()
        try await Fixture.with(folder: folder) { fixture async throws in _ = try await fixture.addUser("gopher") }
        try await Fixture.with(folder: folder) { fixture async throws in
            #expect(try fixture.number("SELECT count(*) FROM users") == 1)
        }
    }

    @Test func anEmptyFileIsTaken() throws {
        try folder.write([], to: "test.db")
        #expect(refusal() == nil)
    }

    @Test func aNewerFileIsRefusedAndLeftAsItWas() throws {
        try openStore().stop()
        try openRaw().execute("PRAGMA user_version = 1000")
        let before = try folder.read("test.db")
        #expect(refusal()?.contains("made by a later Martlet (its schema is 1000") == true)
        #expect(try folder.read("test.db") == before)
    }

    @Test(arguments: [
        "PRAGMA application_id = 1; CREATE TABLE t (v);", "CREATE TABLE t (v);", "PRAGMA application_id = 1;",
        "PRAGMA user_version = 1;", "PRAGMA application_id = \(Schema.applicationID); PRAGMA user_version = -1;",
    ])
    func anotherProgramsFileIsRefusedAndLeftAsItWas(script: String) throws {
        try openRaw().execute(script)
        let before = try folder.read("test.db")
        #expect(refusal()?.contains("belongs to another program") == true)
        #expect(try folder.read("test.db") == before)
    }

    @Test func aFileThatIsNotADatabaseIsRefusedAndLeftAsItWas() throws {
        let text = Array(String(repeating: "not a database\n", count: 200).utf8)
        try folder.write(text, to: "test.db")
        #expect(refusal()?.contains("is not a database") == true)
        #expect(try folder.read("test.db") == text)
    }

    @Test func migrationsRunInOrderAndOnce() throws {
        let migrations = ["CREATE TABLE a (v INTEGER) STRICT;", "INSERT INTO a VALUES (1);", "UPDATE a SET v = v + 1;"]
        let database = try openRaw()
        try Schema.migrate(database, from: 0, by: Array(migrations.prefix(2)))
        #expect(try Schema.provenance(of: database, migrationCount: 3) == .ours(version: 2))
        try Schema.migrate(database, from: 2, by: migrations)
        try Schema.migrate(database, from: 3, by: migrations)
        #expect(try database.first("SELECT v FROM a") { row in row.integer(0) } == 2)
    }

    @Test func aMigrationThatFailsLeavesTheVersionBefore() throws {
        let database = try openRaw()
        let migrations = [
            "CREATE TABLE a (v INTEGER) STRICT;", "CREATE TABLE b (v INTEGER) STRICT; SELECT * FROM none;",
        ]
        #expect(throws: SQLiteError.self) { try Schema.migrate(database, from: 0, by: migrations) }
        #expect(!database.isInTransaction)
        #expect(try Schema.provenance(of: database, migrationCount: 2) == .ours(version: 1))
        #expect(try database.first("SELECT count(*) FROM sqlite_schema") { row in row.integer(0) } == 1)
    }

    /// The tables refuse changes that no code should try.
    @Test(arguments: [
        "UPDATE balances SET current = -1",
        "UPDATE balances SET withdrawn = -1",
        "INSERT INTO users (id, login, password_hash, created_at) VALUES (2, 'gopher', '', 0)",
        "INSERT INTO users (id, login, password_hash, created_at) VALUES (2, NULL, '', 0)",
        "INSERT INTO balances (user_id) VALUES (99)",
        "INSERT INTO sessions VALUES (x'01', 99, 0)",
        "INSERT INTO orders (id, number, user_id, uploaded_at) VALUES (2, '18', 1, 0)",
        "INSERT INTO orders (id, number, user_id, uploaded_at) VALUES (1, '26', 1, 0)",
        "INSERT INTO orders (number, user_id, uploaded_at) VALUES ('26', 1, 0)",
        "INSERT INTO orders (id, number, user_id, uploaded_at) VALUES (2, '26', 99, 0)",
        "INSERT INTO orders (id, number, user_id, uploaded_at) VALUES (2, '26', 1, 'now')",
        "UPDATE orders SET status = 4",
        "UPDATE orders SET accrual = 5",
        "UPDATE orders SET status = 3, accrual = -5",
        "INSERT INTO withdrawals (order_number, user_id, sum, processed_at) VALUES ('26', 1, 0, 0)",
        "INSERT INTO ledger VALUES (NULL, 1, 1, '18', 1, 1, 0)",
        "INSERT INTO ledger VALUES (NULL, 1, 1, '26', -1, 1, 0)",
        "INSERT INTO ledger VALUES (NULL, 1, 2, '26', 1, 1, 0)",
        "INSERT INTO ledger VALUES (NULL, 1, 3, '26', 0, 1, 0)",
        "INSERT INTO ledger VALUES (NULL, 1, 3, '26', 1, -1, 0)",
        "UPDATE ledger SET amount = 2",
        "DELETE FROM ledger",
        "DELETE FROM users",
    ])
    func theTablesRefuse(statement: String) throws {
        let database = try openRaw()
        try database.execute("PRAGMA foreign_keys = ON")
        try Schema.migrate(database, from: 0)
        try database.execute(
            """
            INSERT INTO users (id, login, password_hash, created_at) VALUES (1, 'gopher', 'hash', 0);
            INSERT INTO balances (user_id) VALUES (1);
            INSERT INTO orders (id, number, user_id, uploaded_at) VALUES (1, '18', 1, 0);
            INSERT INTO ledger VALUES (NULL, 1, 1, '18', 1, 1, 0);
            """)
        let error = #expect(throws: SQLiteError.self) { try database.execute(statement) }
        #expect(error?.isConstraint == true, "\(String(describing: error))")
    }

    /// Points that an order earned and points that were spent on it are apart.
    @Test func anOrderIsCreditedOnceAndRefundedOnce() throws {
        let database = try openRaw()
        try Schema.migrate(database, from: 0)
        try database.execute(
            """
            INSERT INTO users (id, login, password_hash, created_at) VALUES (1, 'gopher', 'hash', 0);
            INSERT INTO ledger VALUES (NULL, 1, 1, '18', 5, 5, 0), (NULL, 1, 2, '18', -5, 0, 0), (NULL, 1, 4, '18', 5, 5, 0);
            INSERT INTO ledger VALUES (NULL, 1, 3, '', 5, 10, 0), (NULL, 1, 3, '', -5, 5, 0);
            INSERT INTO ledger_notes VALUES (4, 'owner', 'a present');
            """)
        for statement in [
            "INSERT INTO ledger VALUES (NULL, 1, 4, '18', 5, 5, 0)",
            "INSERT INTO ledger VALUES (NULL, 1, 4, '26', -5, 5, 0)",
            "INSERT INTO ledger VALUES (NULL, 1, 3, '26', 5, 5, 0)", "INSERT INTO ledger_notes VALUES (4, 'owner', '')",
            "UPDATE ledger_notes SET reason = 'another'", "DELETE FROM ledger_notes", "UPDATE users SET state = 3",
        ] {
            let error = #expect(throws: SQLiteError.self) { try database.execute(statement) }
            #expect(error?.isConstraint == true, "\(statement)")
        }
    }
}
