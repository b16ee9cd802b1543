import SQLite

extension Schema {
    /// A table, an index, a trigger or a view, as the file's schema table describes it (sqlite.org/schematab.html).
    private struct Object: Hashable {
        let type: String
        let name: String
        let table: String
        /// The object's statement with all white space reduced to single spaces; empty for an index that SQLite makes
        /// by itself.
        let statement: String
    }

    /// The tables in which SQLite keeps the results of `ANALYZE`. An owner may create them, because they decide how a
    /// statement runs and not what it returns.
    private static let statistics = [
        "sqlite_stat1": "CREATE TABLE sqlite_stat1(tbl,idx,stat)",
        "sqlite_stat4": "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
    ]

    /// The most objects that are compared. No version has as many, and a message need not name them all.
    private static let objectsMax: Int64 = 1000

    /// Returns the differences between a file of a version and the schema that the migrations up to that version make,
    /// as sentences without a full stop. It reads the schema table and runs none of the file's triggers and views.
    static func differences(
        of database: Database, version: Int, migrations: [String] = migrations
    ) throws(SQLiteError) -> [String] {
        precondition(version <= migrations.count, "the file's schema must not be newer than ours")
        let encoding = try database.first("PRAGMA encoding") { row in row.text(0) } ?? ""
        guard encoding == "UTF-8" else { return ["its texts are not UTF-8"] }
        let model = try Database(path: ":memory:", mode: .readWriteCreate)
        defer { model.close() }
        try migrate(model, from: 0, by: Array(migrations.prefix(version)))
        let expected = try objects(of: model)
        let found = try objects(of: database).filter { statistics[$0.name] != $0.statement }
        let (expectedNames, foundNames) = (Set(expected.map(\.name)), Set(found.map(\.name)))
        // SQLite never makes two objects of one name.
        guard found.count == foundNames.count else { return ["two of its objects have the same name"] }
        let missing = expected.filter { !foundNames.contains($0.name) }.map {
            "\(label($0)) is missing"
        }
        let added = found.filter { !expectedNames.contains($0.name) }.map {
            "\(label($0)) is not Martlet's"
        }
        let changed = Set(found).subtracting(expected).filter { expectedNames.contains($0.name) }
            .map { "\(label($0)) is not as Martlet made it" }
        return missing + added + changed.sorted()
    }

    private static func objects(of database: Database) throws(SQLiteError) -> [Object] {
        try database.all(
            "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid LIMIT ?", objectsMax
        ) {
            row in
            Object(
                type: row.text(0), name: row.text(1), table: row.text(2),
                statement: row.text(3).split { $0.isWhitespace }.joined(separator: " "))
        }
    }

    /// `the trigger x on sessions`, without characters that a terminal or a log would interpret.
    private static func label(_ object: Object) -> String {
        let place = object.table == object.name ? "" : " on \(printable(object.table))"
        return "the \(printable(object.type)) \(printable(object.name))\(place)"
    }

    private static let nameCharactersMax = 64

    private static func printable(_ name: String) -> String {
        let shown = name.prefix(nameCharactersMax).map {
            $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") ? $0 : "?"
        }
        return shown.isEmpty ? "without a name" : String(shown)
    }
}
