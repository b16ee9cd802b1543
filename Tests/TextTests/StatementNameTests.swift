import Testing

@testable import Text

struct StatementNameTests {
    @Test(arguments: [
        ("", ""), ("COMMIT", "commit"), ("SELECT 1 / 0", "select"), ("BEGIN ISOLATION LEVEL REPEATABLE READ", "begin"),
        ("UPDATE instances SET epoch = $3 WHERE id = $1", "update instances"),
        ("INSERT INTO orders(id)\nVALUES (?)", "insert orders"), ("CREATE TABLE t (v TEXT)", "create t"),
        ("SELECT 1 FROM (SELECT 2 FROM balances FOR UPDATE) AS b", "select balances"),
        ("WITH noted AS (UPDATE instances SET id = 1) SELECT 1 FROM noted", "with instances"),
        ("DELETE FROM", "delete"), ("INSERT INTO \"a b\" VALUES ('secret')", "insert"),
    ])
    func aStatementIsNamedByItsVerbAndItsTable(sql: String, name: String) {
        #expect(sql.statementName == name)
    }
}
