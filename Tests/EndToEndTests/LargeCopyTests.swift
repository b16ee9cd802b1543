import EndToEndSupport
import SQLite
import TestSupport
import Testing

/// `martlet copy` of a shop of many pages.
@Suite(.serialized, .onSQLite("copies name the engines of their databases"))
struct LargeCopyTests {
    /// Long runs copy a million, which show a limit of time or of memory that a small shop never reaches.
    private static let orderCount = Scale.factor < 5 ? 20_000 : 1_000_000
    /// A copy of a million orders writes, reads, sorts and checks some millions of rows.
    private static let copySecondsMax = Scale.factor < 5 ? eventuallySecondsMax : 1_800

    @Test(.enabled(if: PostgreSQLServer.isInstalled)) func everyRowIsTheSameThereAndBack() throws {
        let shop = try LargeShop(orderCount: Self.orderCount)
        let server = try PostgreSQLServer.shared.get()
        let name = try server.makeDatabase()
        try Self.copy("martlet.db", server.address(of: name), in: shop.folder)
        try Self.copy(server.address(of: name), "back.db", in: shop.folder)
        try server.run("DROP DATABASE \(name) WITH (FORCE)")
        let database = try Database(path: shop.folder.file("martlet.db"), mode: .readWriteCreate)
        defer { database.close() }
        try database.execute("ATTACH '\(shop.folder.file("back.db"))' AS back")
        let tables = try database.all(
            "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ) { row in row.text(0) }
        for table in tables {
            #expect(try Self.differenceCount(of: table, in: database) == 0, "\(table)")
        }
        for file in ["main", "back"] {
            #expect(try Self.integer("SELECT count(*) FROM \(file).orders", in: database) == Int64(Self.orderCount))
        }
    }

    private static func copy(_ source: String, _ target: String, in folder: Folder) throws {
        let command = try Server(in: folder, arguments: ["copy", source, target])
        try eventually(within: copySecondsMax, "the copy ends: \(command.logText)") { !command.isRunning }
        guard try command.waitForEnd() == 0 else { throw TestFailure(command.logText) }
    }

    /// The number of rows that one file has and the other has not.
    private static func differenceCount(of table: String, in database: Database) throws -> Int64 {
        try integer(
            """
            SELECT (SELECT count(*) FROM (SELECT * FROM main.\(table) EXCEPT SELECT * FROM back.\(table)))
                + (SELECT count(*) FROM (SELECT * FROM back.\(table) EXCEPT SELECT * FROM main.\(table)))
            """, in: database)
    }

    private static func integer(_ sql: String, in database: Database) throws -> Int64 {
        let statement = try database.prepare(sql)
        guard try statement.step() else { throw TestFailure("no row of \(sql)") }
        return statement.row.integer(0)
    }
}
