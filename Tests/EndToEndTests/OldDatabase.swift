import EndToEndSupport
import Foundation
import SQLite
import TestSupport

/// A database that a Martlet of an earlier schema wrote, kept as SQL text.
struct OldDatabase {
    private static let folder = URL(filePath: RepositoryRoot.file("Tests/EndToEndTests/Databases"))
    private static let sessionMark = "-- session: "

    private let script: String

    /// Those that there are.
    static let versions: [Int] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.compactMap { $0.wholeMatch(of: /schema-(\d+)\.sql/).flatMap { Int($0.1) } }.sorted()
    }()

    init(version: Int) throws {
        script = try String(contentsOf: Self.folder.appending(path: "schema-\(version).sql"), encoding: .utf8)
    }

    /// The `Authorization` value of one of its users.
    var session: String? {
        let line = script.split(separator: "\n").first { $0.hasPrefix(Self.sessionMark) }
        return line.map { String($0.dropFirst(Self.sessionMark.count)) }
    }

    func write(to path: String) throws {
        let database = try Database(path: path, mode: .readWriteCreate)
        try database.execute(script)
        database.close()
    }

    static func version(of path: String) throws -> Int {
        let database = try Database(path: path, mode: .readOnly)
        defer { database.close() }
        return Int(try database.first("PRAGMA user_version") { row in row.integer(0) } ?? 0)
    }

    /// Keeps a database that no server has open.
    static func record(_ path: String, session: String) throws {
        let database = try Database(path: path, mode: .readOnly)
        defer { database.close() }
        let applicationID = try database.first("PRAGMA application_id") { row in row.integer(0) } ?? 0
        let version = try database.first("PRAGMA user_version") { row in row.integer(0) } ?? 0
        var script =
            "\(sessionMark)\(session)\nPRAGMA application_id = \(applicationID);\nPRAGMA user_version = \(version);\n"
        // Rows that a later migration inserts must not fire a trigger.
        let statement: (borrowing Row) -> String = { row in "\(row.text(0));\n" }
        script += try database.all(
            "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND type <> 'trigger' ORDER BY rowid", read: statement
        ).joined()
        let tables = try database.all(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
        ) { row in row.text(0) }
        for table in tables { script += try rows(of: table, in: database).joined() }
        script += try database.all(
            "SELECT sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid", read: statement
        ).joined()
        try script.write(to: folder.appending(path: "schema-\(version).sql"), atomically: true, encoding: .utf8)
    }

    private static func rows(of table: String, in database: Database) throws -> [String] {
        let columns = try database.all("SELECT name FROM pragma_table_info(?)", table) { row in row.text(0) }
        let values = columns.map { #"quote("\#($0)")"# }.joined(separator: " || ', ' || ")
        try database.execute(
            """
            CREATE TEMP TABLE dump AS
            SELECT 'INSERT INTO "\(table)" VALUES (' || \(values) || ');' AS line FROM "\(table)"
            """)
        defer { try? database.execute("DROP TABLE temp.dump") }
        return try database.all("SELECT line FROM temp.dump") { row in row.text(0) + "\n" }
    }
}
