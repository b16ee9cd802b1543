import Postgres
import TestSupport
import Testing

@testable import PostgresStore

/// A statement that a connection prepares while the tables are empty reads no whole table when they have grown.
@Suite(.enabled(if: PostgreSQLServer.isInstalled)) struct PlanTests {
    @Test(arguments: [ReadStatements.all(ofHistory: .max), BatchQuery.statements, BatchStatements.all])
    func statementsUseIndexesFromTheBeginning(_ statements: [PreparedStatement]) throws {
        var connection = try TestDatabase().connect()
        try connection.prepare(statements, until: TestDatabase.patience)
        for statement in statements {
            let nulls = statement.types.map { _ in "NULL" }.joined(separator: ", ")
            let call = statement.types.isEmpty ? "" : "(\(nulls))"
            let plan = try connection.run(
                "EXPLAIN EXECUTE \"\(statement.name)\"\(call)", until: TestDatabase.patience
            ) { (rows: borrowing ResultSet) throws(PostgresError) in
                try rows.all { (row: borrowing Row) throws(PostgresError) in try row.text(0) }
            }
            #expect(!plan.contains { $0.contains("Seq Scan") }, "\(statement.name): \(plan)")
        }
    }
}
