import SQLite
import Storage
import Testing

@testable import SQLiteStore
@testable import SharedStore

/// The tables that a copy takes along, and the words in which it names a difference.
struct StoredTableTests {
    /// A column that a migration adds is copied, or this test fails.
    @Test func theListHasEveryColumnOfTheSchema() throws {
        let database = try Database(path: ":memory:", mode: .readWriteCreate)
        defer { database.close() }
        try Schema.migrate(database, from: 0)
        let names = try database.all("SELECT name FROM sqlite_schema WHERE type = 'table'") { row in row.text(0) }
        #expect(Set(names) == Set(StoredTable.all.map(\.name)))
        for table in StoredTable.all {
            let statement = try database.prepare(
                #"SELECT name, type, "notnull", pk FROM pragma_table_info('\#(table.name)')"#)
            var found: [String: (type: String, isNullable: Bool, key: Int)] = [:]
            while try statement.step() {
                let row = statement.row
                found[row.text(0)] = (row.text(1), row.integer(2) == 0, Int(row.integer(3)))
            }
            #expect(Set(found.keys) == Set(table.columns.map(\.name)), "\(table.name)")
            // Orders are stored by user and id, and copied by id, which is unique by itself.
            if table.name == "orders" { for name in ["user_id", "id"] { found[name]?.key = name == "id" ? 1 : 0 } }
            for (index, column) in table.columns.enumerated() {
                let fact = try #require(found[column.name])
                let type = [StoredTable.Column.Kind.integer: "INTEGER", .text: "TEXT", .bytes: "BLOB"][column.kind]
                #expect(fact.type == type, "\(table.name).\(column.name)")
                #expect(fact.key == (index < table.keyCount ? index + 1 : 0), "\(table.name).\(column.name)")
                #expect(fact.key > 0 || fact.isNullable == column.isNullable, "\(table.name).\(column.name)")
            }
        }
    }

    /// Rows are written after those that their foreign keys name.
    @Test func tablesFollowThoseThatTheyReferTo() throws {
        let database = try Database(path: ":memory:", mode: .readWriteCreate)
        defer { database.close() }
        try Schema.migrate(database, from: 0)
        for (index, table) in StoredTable.all.enumerated() {
            let statement = try database.prepare(#"SELECT "table" FROM pragma_foreign_key_list('\#(table.name)')"#)
            while try statement.step() {
                let named = statement.row.text(0)
                #expect(StoredTable.all[..<index].contains { $0.name == named }, "\(table.name)")
            }
        }
    }

    private func page(_ rows: [(Int64, String)]) -> TablePage {
        var page = TablePage(of: StoredTable("t", key: [.integer("id")], [.text("secret"), .integer("n")]))
        for (id, text) in rows {
            for value in [SQLValue.integer(id), .text(text), .integer(7)] {
                let isAdmitted = page.append(value)
                #expect(isAdmitted)
            }
        }
        return page
    }

    @Test func aDifferenceIsNamedByTableAndKeyWithoutItsValues() {
        let cases: [([(Int64, String)], [(Int64, String)], String)] = [
            ([(1, "a"), (2, "b")], [(1, "a"), (2, "c")], "t, key 2: secret"),
            (
                [(1, "a"), (2, "b")], [(1, "a"), (3, "b")],
                "t, key 2 is not at its position, where the copy has the key 3"
            ),
            ([(1, "a"), (2, "b")], [(1, "a")], "t, key 2 is missing in the copy"),
            ([(1, "a")], [(1, "a"), (9, "b")], "t, key 9 is in the copy only"),
            ([], [(4, "a")], "t, key 4 is in the copy only"),
        ]
        for (source, copy, text) in cases {
            #expect(TableComparison.difference(page(source), page(copy)) == text)
        }
        let table = StoredTable("h", key: [.integer("user"), .bytes("hash")], [])
        #expect(table.text(ofKey: [.integer(-5), .bytes([0, 1, 0xFF, 10, 99])]) == "-5, 0001ff0a…")
    }

    /// A copy that has another Unicode form of a text is not the same.
    @Test func valuesAreEqualOnlyByteForByte() {
        let texts: [String?] = ["\u{E9}", "e\u{301}", "", nil]
        for (index, text) in texts.enumerated() {
            for (otherIndex, other) in texts.enumerated() {
                #expect((SQLValue.text(text) == .text(other)) == (index == otherIndex))
            }
        }
        #expect(SQLValue.text(nil) != .integer(nil) && SQLValue.integer(nil) != .bytes(nil))
        #expect(SQLValue.integer(1) == .integer(1) && SQLValue.bytes([1]) != .bytes([2]))
        #expect(page([(1, "\u{E9}")]) != page([(1, "e\u{301}")]))
    }

    @Test func aPageRefusesValuesOfOtherTypes() {
        let table = StoredTable("t", key: [.integer("id")], [.bytes("b", isNullable: true)])
        let values: [([SQLValue], Bool)] = [
            ([.integer(1), .bytes(nil)], true), ([.integer(1), .bytes([])], true), ([.integer(nil)], false),
            ([.text("1")], false), ([.integer(1), .integer(nil)], false), ([.integer(1), .text("")], false),
        ]
        for (row, isAdmitted) in values {
            var page = TablePage(of: table)
            let areAdmitted = row.map { page.append($0) }
            #expect(areAdmitted.allSatisfy { $0 } == isAdmitted, "\(row)")
        }
    }

    @Test func aPageFollowsAKey() {
        let table = StoredTable("t", key: [.integer("a"), .bytes("b")], [.text("c")], rowsPerPage: 9)
        #expect(
            table.pageStatement(from: "t", isFirst: true) { "$\($0)" } == "SELECT a, b, c FROM t ORDER BY a, b LIMIT 9")
        #expect(
            table.pageStatement(from: "(x) AS t", isFirst: false) { "$\($0)" }
                == "SELECT a, b, c FROM (x) AS t WHERE (a, b) > ($1, $2) ORDER BY a, b LIMIT 9")
    }
}
