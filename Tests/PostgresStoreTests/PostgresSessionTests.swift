import Postgres
import SharedStore
import TestSupport
import Testing

@testable import PostgresStore

/// Statements of all engines on a connection of PostgreSQL.
struct PostgresSessionTests {
    @Test(
        arguments: [
            ("SELECT 1", "SELECT 1"), ("?", "$1"), ("? ?", "$1 $2"), ("?2 ?1", "$2 $1"), ("?1 = ?1, ?", "$1 = $1, $2"),
            ("?12 ?", "$12 $13"), ("a ? b ?3 c ? d", "a $1 b $3 c $4 d"),
        ])
    func parametersAreNumbered(sql: String, numbered: String) {
        #expect(PostgresSession.numbered(sql) == numbered)
    }

    @Test(.enabled(if: PostgreSQLServer.isInstalled))
    func aTextThatCannotBeStoredIsNotFound() throws {
        let session = PostgresSession(try TestDatabase().connect(), until: TestDatabase.patience)
        #expect(try session.rows("SELECT id FROM users WHERE login = ?", values: [.text("a\0b")]).isEmpty)
        #expect(try session.run("DELETE FROM reward_rules WHERE match_text = ?", values: [.text("\0")]) == 0)
        let error = #expect(throws: PostgresError.self) {
            try session.run("INSERT INTO ledger_notes VALUES (1, ?, '')", values: [.text("a\0b")])
        }
        #expect(error?.state?.description == "22021")
    }

    @Test(.enabled(if: PostgreSQLServer.isInstalled))
    func valuesAndNullsSurviveTheWay() throws {
        let session = PostgresSession(try TestDatabase().connect(), until: TestDatabase.patience)
        let values: [SQLValue] = [
            .integer(.min), .integer(nil), .text("é"), .text(""), .text(nil), .bytes([0, 255]), .bytes(nil),
        ]
        for _ in 0..<2 {
            let row = try #require(try session.rows("SELECT ?, ?, ?, ?, ?, ?, ?", values: values).first)
            #expect(row.integer(0) == .min && row.text(2) == "é" && row.text(3) == "" && row.bytes(5) == [0, 255])
            #expect((0..<7).map(row.isNull) == [false, true, false, false, true, false, true])
        }
        try session.connection.finishTransaction(until: TestDatabase.patience)
    }
}
