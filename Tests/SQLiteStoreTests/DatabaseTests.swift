import SQLite
import Testing

/// The wrapper over SQLite, on real files.
struct DatabaseTests {
    private let folder = TemporaryFolder()

    private func open() throws -> Database {
        try Database(path: folder.file("wrapped.db"), mode: .readWriteCreate)
    }

    @Test(arguments: [0, 1, -1, Int64.max, Int64.min])
    func integersComeBack(value: Int64) throws {
        let read = try open().first("SELECT ?1, typeof(?1)", value) { row in (row.integer(0), row.text(1)) }
        #expect(read?.0 == value)
        #expect(read?.1 == "integer")
    }

    @Test(arguments: ["", "a", "a\0b", "\0", "e\u{301}", "\u{e9}", "🦫", String(repeating: "x", count: 100_000)])
    func textComesBackByteForByte(value: String) throws {
        let database = try open()
        try database.execute("CREATE TABLE t (v TEXT NOT NULL UNIQUE) STRICT")
        try database.run("INSERT INTO t VALUES (?)", value)
        let read = try database.first("SELECT v, typeof(v) FROM t WHERE v = ?", value) { row in
            (row.text(0), row.text(1))
        }
        #expect(read.map { read in Array(read.0.utf8) } == Array(value.utf8))
        #expect(read?.1 == "text")
    }

    @Test func textsThatLookAlikeAreTwo() throws {
        let database = try open()
        try database.execute("CREATE TABLE t (v TEXT NOT NULL UNIQUE) STRICT")
        for value in ["é", "e\u{301}", "a", "a\0", "a\0b", "A"] {
            #expect(try database.run("INSERT INTO t VALUES (?) ON CONFLICT DO NOTHING", value) == 1)
        }
    }

    @Test(arguments: [[], [0], [1, 0, 255], [UInt8](repeating: 7, count: 32)] as [[UInt8]])
    func blobsComeBack(value: [UInt8]) throws {
        let read = try open().first("SELECT ?1, typeof(?1)", value) { row in (row.blob(0), row.text(1)) }
        #expect(read?.0 == value)
        #expect(read?.1 == "blob")
    }

    @Test func nothingIsNull() throws {
        let isNull = try open().first("SELECT ?, ?", String?.none, Int64?(5)) { row in
            [row.isNull(0), row.isNull(1)]
        }
        #expect(isNull == [true, false])
    }

    @Test func anErrorTellsTheStatementAndNoValue() throws {
        let database = try open()
        try database.execute("CREATE TABLE t (v TEXT NOT NULL UNIQUE) STRICT")
        try database.run("INSERT INTO t VALUES (?)", "secret")
        let error = #expect(throws: SQLiteError.self) { try database.run("INSERT INTO t VALUES (?)", "secret") }
        #expect(error?.isConstraint == true)
        #expect(error?.statement == "insert t")
        #expect(error.map { error in "\(error)".contains("secret") } == false)
        // The kept statement is ready again.
        #expect(try database.run("INSERT INTO t VALUES (?)", "another") == 1)
    }

    @Test func aStatementOutlivesItsConnection() throws {
        var database: Database? = try open()
        let statement = try #require(try database?.prepare("SELECT 42"))
        database = nil
        #expect(try statement.step())
        #expect(statement.row.integer(0) == 42)
    }

    @Test func aReadOnlyConnectionWritesNothing() throws {
        try open().execute("CREATE TABLE t (v TEXT) STRICT")
        let reader = try Database(path: folder.file("wrapped.db"), mode: .readOnly)
        #expect(reader.isReadOnly)
        #expect(throws: SQLiteError.self) { try reader.run("INSERT INTO t VALUES ('x')") }
    }

    @Test func aMissingFileIsNotMadeForReading() {
        #expect(throws: SQLiteError.self) { try Database(path: folder.file("none.db"), mode: .readOnly) }
        #expect(folder.mode(of: "none.db") == nil)
    }

    @Test func aPathIsNoURI() throws {
        try Database(path: folder.file("file:x?mode=memory"), mode: .readWriteCreate).execute("CREATE TABLE t (v) ")
        #expect(folder.mode(of: "file:x?mode=memory") != nil)
    }

    /// Codes as sqlite3.h and errno(3) have them.
    struct Kind: Sendable, CustomTestStringConvertible {
        let code: Int32
        var systemCode: Int32 = 0
        let isFull: Bool
        let isFailure: Bool
        var testDescription: String { "\(code)/\(systemCode)" }
    }

    @Test(arguments: [
        Kind(code: 13, isFull: true, isFailure: false),
        Kind(code: 10 | 3 << 8, systemCode: 28, isFull: true, isFailure: false),
        Kind(code: 10 | 3 << 8, systemCode: 122, isFull: true, isFailure: false),
        Kind(code: 10 | 3 << 8, systemCode: 5, isFull: false, isFailure: true),
        // A sync that found no room has lost pages.
        Kind(code: 10 | 4 << 8, systemCode: 28, isFull: false, isFailure: true),
        // The index of the log.
        Kind(code: 10 | 19 << 8, isFull: false, isFailure: false),
        Kind(code: 11, isFull: false, isFailure: true),
        Kind(code: 11 | 1 << 8, isFull: false, isFailure: true),
        Kind(code: 26, isFull: false, isFailure: true),
        Kind(code: 5, isFull: false, isFailure: false),
        Kind(code: 19 | 8 << 8, isFull: false, isFailure: false),
    ])
    func errorsAreToldApart(kind: Kind) {
        let error = SQLiteError(extendedCode: kind.code, systemCode: kind.systemCode, message: "")
        #expect(error.isDiskFull == kind.isFull)
        #expect(error.isIOFailure == kind.isFailure)
    }
}
