import SQLite
import Testing

@testable import SQLiteStore

@Suite struct ImportPlanTests {
    private let folder = TemporaryFolder()

    private struct Step {
        let parent: Int64
        let text: String
    }

    /// The statements of a script whose texts have no semicolon.
    private func statements(of script: String) -> [String] {
        script.split(separator: ";").map { String($0) }.filter { $0.contains { !$0.isWhitespace } }
    }

    /// Expects a plan that reads no whole table for each row of another one (sqlite.org/eqp.html): of the loops of one
    /// join, which are side by side in the plan, only the outermost may be a scan.
    private func expectNoNestedScan(_ statement: String, in database: Database) throws {
        let explained = try database.prepare("EXPLAIN QUERY PLAN " + statement)
        var plan: [Step] = []
        while try explained.step() {
            let row = explained.row
            plan.append(Step(parent: row.integer(1), text: row.text(3)))
        }
        let scans = plan.filter { $0.text.hasPrefix("SCAN ") }.map(\.parent)
        #expect(Set(scans).count == scans.count, "\(statement): \(plan.map(\.text))")
    }

    /// An import of a million orders must not take the square of the time of a thousand.
    @Test func noStatementReadsATableForEachRowOfAnother() throws {
        let database = try Database(path: folder.file("plans.db"), mode: .readWriteCreate)
        try Schema.migrate(database, from: 0)
        // Its tables stay for as long as the connection.
        _ = try StagedRecords(database, cacheKibibytes: 1024)
        for rule in ImportRule.ofRecords { try expectNoNestedScan(rule.exceptions, in: database) }
        for statement in statements(of: ImportedHistory.make) {
            try expectNoNestedScan(statement, in: database)
            try database.execute(statement)
        }
        for rule in ImportRule.ofHistory { try expectNoNestedScan(rule.exceptions, in: database) }
        for hasPositions in [false, true] {
            for statement in statements(of: ImportedHistory.apply(hasPositions: hasPositions)) {
                try expectNoNestedScan(statement, in: database)
            }
        }
    }
}
