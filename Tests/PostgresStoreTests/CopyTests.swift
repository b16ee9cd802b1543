import Posix
import Postgres
import SharedStore
import Storage
import TestSupport
import Testing

@testable import PostgresStore

/// The parts of a copy that depend on PostgreSQL.
@Suite(.enabled(if: PostgreSQLServer.isInstalled))
struct CopyTests {
    private func texts(_ sql: String, in database: TestDatabase) throws -> [String] {
        var connection = try database.connect()
        return try connection.run(sql, until: TestDatabase.patience) {
            (rows: borrowing ResultSet) throws(PostgresError) in
            try rows.all { (row: borrowing Row) throws(PostgresError) in try row.text(0) }
        }
    }

    /// Columns, keys, indexes and sequences, as the server describes them.
    private static let catalog = """
        SELECT format('%s.%s %s %s %s %s', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull,
            attidentity, coalesce(pg_get_expr(adbin, adrelid), '')) AS text
        FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attnum > 0 AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
        UNION ALL SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT format('%s %s', relname, array_to_string(reloptions, ',')) FROM pg_class
            WHERE relnamespace = 'public'::regnamespace
        ORDER BY 1
        """

    private func emptyCopy() throws -> (target: PostgresCopyTarget, database: String) {
        let server = try PostgreSQLServer.shared.get()
        let name = try server.makeDatabase()
        return (try PostgresCopyTarget(address: server.address(of: name), until: Cancellation()), name)
    }

    /// Keys and indexes that are made after the rows are those of the schema.
    @Test func aCopyHasTheSchemaOfAServer() throws {
        let server = try PostgreSQLServer.shared.get()
        let (target, name) = try emptyCopy()
        try target.finishRows()
        #expect(try target.check(until: Cancellation()) { _ in }.isPassed)
        try target.complete()
        let migrated = try TestDatabase()
        let library = try PostgresLibrary.load()
        let connector = StoreConnector(
            address: try ConnectionAddress(server.address(of: name), with: library), library: library)
        var connection = try connector.connect(until: TestDatabase.patience)
        let copied = try connection.run(Self.catalog, until: TestDatabase.patience) {
            (rows: borrowing ResultSet) throws(PostgresError) in
            try rows.all { (row: borrowing Row) throws(PostgresError) in try row.text(0) }
        }
        #expect(copied.count > 100)
        #expect(try copied == texts(Self.catalog, in: migrated))
    }

    /// A server that waits for the end of the copy makes the tables of a new shop if the copy is rolled back.
    @Test func aShopThatAnotherProgramHasMadeIsNotTakenForTheCopy() throws {
        let server = try PostgreSQLServer.shared.get()
        let (target, name) = try emptyCopy()
        try target.finishRows()
        try server.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(name)'")
        var connection = try TestDatabase(on: server, named: name).connector().open(until: TestDatabase.patience)
        #expect(try Migration.run(on: &connection, until: TestDatabase.patience) == 0, "it has made the tables")
        let error = #expect(throws: StoreError.self) { try target.complete() }
        #expect(error?.description.hasPrefix("The copy was not written into ") == true, "\(String(describing: error))")
    }

    /// A column that a migration adds is copied, or named here.
    @Test func theListHasEveryColumnButThoseOfInstances() throws {
        let database = try TestDatabase()
        let found = try texts(
            """
            SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'
                AND table_name NOT IN ('martlet_schema', 'shop', 'instances', 'dispatcher')
            """, in: database)
        let own = ["balances.version", "balances.unfinished", "receipts.corrected_at", "figures.instance"]
        let listed = StoredTable.all.flatMap { table in table.columns.map { "\(table.name).\($0.name)" } }
        #expect(Set(found) == Set(listed + own))
    }

    @Test func theFiguresOfAllInstancesAreOneRow() throws {
        let database = try TestDatabase()
        var connection = try database.connect()
        try connection.runScript(
            """
            INSERT INTO figures VALUES (5, 0, 1, 2, 9223372036854775807, 0, 0, 0, 0, 0),
                (5, 3, 10, 20, 1, 0, 0, 0, 0, 7), (6, 3, 1, 0, 0, 0, 0, 0, 0, 0)
            """, until: TestDatabase.patience)
        let tables = PostgresTables(connection, try database.connector())
        let figures = try #require(StoredTable.all.first { $0.name == "figures" })
        let page = try tables.page(of: figures, after: nil)
        #expect(try tables.rowCount(of: figures) == 2 && page.rowCount == 2)
        let numbers: [Int64] = [5, 11, 22, .max, 0, 0, 0, 0, 7]
        #expect(Array(page.row(0)) == numbers.map { .integer($0) })
        #expect(try tables.page(of: figures, after: [.integer(5)]).rowCount == 1)
    }

    /// Every value that a column can have comes back as it was, page by page.
    @Test func valuesComeBackAsTheyWere() throws {
        let (target, _) = try emptyCopy()
        let table = try #require(StoredTable.all.first { $0.name == "staff" })
        let texts = ["", "é🎁", String(repeating: "x", count: 100_000), "\u{1}\n\\"]
        let numbers: [Int64] = [.min, -1, 0, 1, .max]
        let hashes: [[UInt8]?] = [nil, [], [0], Array(0...255)]
        let rowCount = table.rowsPerPage + 3
        var pages: [TablePage] = []
        for start in [0, table.rowsPerPage] {
            var page = TablePage(of: table)
            for index in start..<min(rowCount, start + table.rowsPerPage) {
                let text = index < 4 ? texts[index] : "name \(index)"
                let values: [SQLValue] = [
                    .integer(Int64(index)), .text(text), .integer(1), .integer(1), .integer(0), .text(text),
                    .bytes(index < 4 ? hashes[index] : nil), .integer(numbers[index % 5]),
                    .integer(index % 2 == 0 ? nil : numbers[index % 5]),
                ]
                for value in values {
                    let isAdmitted = page.append(value)
                    #expect(isAdmitted)
                }
            }
            try target.write(page)
            pages.append(page)
        }
        let reader = try target.reader()
        #expect(try reader.page(of: table, after: nil) == pages[0])
        #expect(try reader.page(of: table, after: pages[0].lastKey) == pages[1])
        #expect(pages[1].isLast && !pages[0].isLast)
        target.discard()
    }

    private static let databaseClock = "(extract(epoch FROM clock_timestamp()) * 1000)::int8"

    @Test(
        arguments: [
            (30_000, true), (15_000, true), (5_000, false), (-1, false),
            // The clock of a machine before a failover was an hour ahead.
            (3_600_000, false),
        ] as [(Int, Bool)])
    func aReceiptServerIsThereUntilTwoRenewalsAreMissing(milliseconds: Int, isRecent: Bool) throws {
        let database = try TestDatabase()
        try database.run("UPDATE dispatcher SET receipts_until = \(Self.databaseClock) + \(milliseconds)")
        var connection = try database.connect()
        let use = try InstanceUse.read(on: &connection, until: TestDatabase.patience)
        #expect(use.isRecent == isRecent)
    }

    /// `martlet accrual` writes nothing else while no shop asks it.
    @Test func aDatabaseWithAReceiptServerIsNotCopied() throws {
        let database = try TestDatabase()
        try database.run("UPDATE dispatcher SET receipts_until = \(Self.databaseClock) + 30000")
        var waitCount = 0
        let error = #expect(throws: StoreError.self) {
            _ = try PostgresCopySource(address: database.server.address(of: database.name), until: Cancellation()) {
                _ in
                waitCount += 1
                try? database.run("UPDATE dispatcher SET receipts_until = receipts_until + 10000")
            }
        }
        #expect(waitCount == 1 && error?.description.contains(InstanceUse.refusal.message) == true)
    }

    /// The wait mostly ends within a pause between two looks. Its error names the reason all the same.
    @Test func aWaitThatEndsNamesItsReason() throws {
        let database = try TestDatabase()
        try database.run("UPDATE dispatcher SET receipts_until = \(Self.databaseClock) + 30000")
        var connection = try database.connect()
        let error = #expect(throws: PostgresError.self) {
            try InstanceUse.awaitEnd(on: &connection, until: Cancellation(), withinMilliseconds: 100) { _ in }
        }
        #expect(error == InstanceUse.refusal)
    }

    /// It may renew the time at any moment until the copy is complete.
    @Test func aReceiptServerThatWasFrozenIsNoticedAtTheEnd() throws {
        let database = try TestDatabase()
        let source = try PostgresCopySource(
            address: database.server.address(of: database.name), until: Cancellation()
        ) { _ in }
        try source.confirmIdle()
        try database.run("UPDATE dispatcher SET receipts_until = \(Self.databaseClock) + 30000")
        #expect(throws: StoreError.self) { try source.confirmIdle() }
    }
}
