import Postgres
import TestSupport
import Testing

@Suite(.enabled(if: PostgreSQLServer.isInstalled))
struct ValueTests {
    @Test func valuesComeBackAsTheyWere() throws {
        var connection = try TestDatabase().connect()
        let longText = String(repeating: "ж", count: 100_000)
        for integer in [0, 1, -1, 255, 256, .max, .min, 1 << 53] as [Int64] {
            let values = parameters { $0.add(integer) }
            let found = try connection.first("SELECT $1", values) { row throws(PostgresError) in try row.integer(0) }
            #expect(found == integer)
        }
        for text in ["", "a", "é\n\t\\'\"", "🦜", longText] {
            let values = parameters { $0.add(text) }
            let found = try connection.first("SELECT $1", values) { row throws(PostgresError) in try row.text(0) }
            #expect(found == text)
        }
        for bytes in [[], [0], [UInt8](0...255), [UInt8](repeating: 7, count: 1_000_000)] as [[UInt8]] {
            let values = parameters { $0.add(bytes) }
            let found = try connection.first("SELECT $1", values) { row throws(PostgresError) in try row.bytes(0) }
            #expect(found == bytes)
        }
        for bool in [true, false] {
            let values = parameters { $0.add(bool) }
            let found = try connection.first("SELECT $1", values) { row throws(PostgresError) in try row.bool(0) }
            #expect(found == bool)
        }
    }

    @Test func nullIsNeitherEmptyNorZero() throws {
        var connection = try TestDatabase().connect()
        let nulls = parameters { parameters in
            parameters.add(nil as Int64?)
            parameters.add(nil as String?)
            parameters.add(nil as [UInt8]?)
            parameters.add(nil as Bool?)
        }
        let areNull = try connection.first("SELECT $1, $2, $3, $4", nulls) { row throws(PostgresError) in
            [
                try row.integerIfAny(0) == nil, try row.textIfAny(1) == nil, try row.bytesIfAny(2) == nil,
                try row.boolIfAny(3) == nil,
            ]
        }
        #expect(areNull == [true, true, true, true])
        for isText in [false, true] {
            let values = isText ? parameters { $0.add(nil as String?) } : parameters { $0.add(nil as Int64?) }
            let error = #expect(throws: PostgresError.self) {
                try connection.first("SELECT $1", values) { row throws(PostgresError) in
                    if isText { _ = try row.text(0) } else { _ = try row.integer(0) }
                }
            }
            #expect(error?.cause == .badValue)
        }
    }

    @Test func valuesOfAnyTypeAreReadByTheirTypes() throws {
        var connection = try TestDatabase().connect()
        let cases: [(sql: String, value: AnyValue)] = [
            ("1::int2", .integer(1)), ("'-32768'::int2", .integer(-32_768)), ("-1::int4", .integer(-1)),
            ("2147483647", .integer(2_147_483_647)), ("'-9223372036854775808'::int8", .integer(.min)),
            ("true", .integer(1)), ("1 > 2", .integer(0)), ("'é'::text", .text("é")), ("'x'::varchar", .text("x")),
            ("'x'::char(3)", .text("x  ")), ("current_database()", .text(try connectionName(&connection))),
            ("'\\x00ff'::bytea", .bytes([0, 255])), ("NULL::int8", .null), ("NULL::float8", .null),
        ]
        for (sql, value) in cases {
            let found = try connection.run("SELECT \(sql) AS named", until: patience) {
                (rows: borrowing ResultSet) throws(PostgresError) in
                #expect(rows.columnName(0) == "named")
                return try rows.first { row throws(PostgresError) in try row.anyValue(0) }
            }
            #expect(found == value, "\(sql)")
        }
        for sql in ["1.5::float8", "1::numeric", "now()", "ARRAY[1]"] {
            let error = #expect(throws: PostgresError.self) {
                try connection.first("SELECT \(sql)") { row throws(PostgresError) in try row.anyValue(0) }
            }
            #expect(error?.cause == .badValue)
        }
    }

    private func connectionName(_ connection: inout Connection) throws -> String {
        try connection.first("SELECT current_database()::text") { row throws(PostgresError) in try row.text(0) } ?? ""
    }

    @Test func arraysBecomeRows() throws {
        var connection = try TestDatabase().connect()
        let values = parameters { parameters in
            parameters.add(array: [3, -7, .max])
            parameters.add(array: ["", "a", "🦜"])
            parameters.add(array: [[], [0], [255, 1]])
        }
        let rows = try connection.run(
            "SELECT * FROM unnest($1, $2, $3) WITH ORDINALITY ORDER BY 4", values, until: patience
        ) { rows throws(PostgresError) in
            try rows.all { row throws(PostgresError) in
                "\(try row.integer(0)) \(try row.text(1)) \(try row.bytes(2)) \(try row.integer(3))"
            }
        }
        #expect(rows == ["3  [] 1", "-7 a [0] 2", "\(Int64.max) 🦜 [255, 1] 3"])
        let none = parameters { $0.add(array: [] as [Int64]) }
        #expect(try connection.run("SELECT unnest($1)", none, until: patience) == 0)
    }

    /// A row that another program or another version returns is an error and no trap.
    @Test(arguments: [
        "SELECT 1::int4", "SELECT 1::int2", "SELECT 1::numeric", "SELECT '1'::text", "SELECT now()", "SELECT ARRAY[1]",
        "SELECT 1.5::float8", "SELECT 'a'::char(3)", "SELECT NULL::int4", "SELECT WHERE true",
    ])
    func anotherTypeIsAnError(_ sql: String) throws {
        var connection = try TestDatabase().connect()
        let error = #expect(throws: PostgresError.self) {
            try connection.integer(sql)
        }
        #expect(error?.cause == .badValue)
        // The connection goes on.
        #expect(try connection.run("SELECT 1", until: patience) == 1)
    }

    @Test func aColumnThatIsNotThereIsAnError() throws {
        var connection = try TestDatabase().connect()
        for column in [-1, 1, Int.max, Int.min] {
            #expect(throws: PostgresError.self) {
                try connection.first("SELECT 1::int8") { row throws(PostgresError) in try row.integer(column) }
            }
        }
    }

    @Test func aTextWithAZeroIsRefusedByTheServer() throws {
        var connection = try TestDatabase().connect()
        let error = #expect(throws: PostgresError.self) {
            try connection.run("SELECT $1", parameters { $0.add("a\0b") }, until: patience)
        }
        #expect(error?.state?.description == "22021")
        #expect(error?.isEndOfConnection == false)
    }

    @Test func bulkCopiesComeBackAsTheyWere() throws {
        var connection = try TestDatabase().connect()
        try connection.run("CREATE TABLE bulk (id int8, note text)", until: patience)
        let lines = (0..<20_000).map { "\($0)\tnote \($0)\n" }
        var index = 0
        try connection.copyIn("COPY bulk FROM STDIN", until: patience) {
            guard index < lines.count else { return nil }
            defer { index += 100 }
            return Array(lines[index..<index + 100].joined().utf8)
        }
        var copied: [UInt8] = []
        try connection.copyOut("COPY (SELECT * FROM bulk ORDER BY id) TO STDOUT", until: patience) { copied += $0 }
        #expect(copied == Array(lines.joined().utf8))
        // An error leaves the connection usable, and nothing of the copy.
        let error = #expect(throws: PostgresError.self) {
            var isFirst = true
            try connection.copyIn("COPY bulk FROM STDIN", until: patience) {
                defer { isFirst = false }
                return isFirst ? Array("1\ta\nx\tb\n".utf8) : nil
            }
        }
        #expect(error?.state?.description == "22P02")
        #expect(throws: PostgresError.self) {
            try connection.copyOut("COPY missing TO STDOUT", until: patience) { _ in }
        }
        #expect(try connection.run("SELECT * FROM bulk", until: patience) == 20_000)
    }
}
