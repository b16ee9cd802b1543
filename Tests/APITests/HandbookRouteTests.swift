import Foundation
import JSON
import TestSupport
import Testing

@testable import API

/// The handbook's tables of routes agree with the descriptions of the APIs.
@Suite struct HandbookRouteTests {
    /// A row of a table: its methods and paths, and the statuses in the cell beside them.
    struct Row {
        let routes: [String]
        let statuses: Set<String>
    }

    /// The rows of all tables of routes of a page.
    static func rows(of page: String) throws -> [Row] {
        let text = try String(contentsOfFile: RepositoryRoot.file("Sources/Handbook/\(page)"), encoding: .utf8)
        return text.matches(of: /\| `(GET|POST|PUT|DELETE) (\/[^ `]*)`(.*?) \| (.*) \|/).map { match in
            let method = match.output.1
            // A second path of the same route has its own quotation marks.
            let others = match.output.3.matches(of: /`(\/[^`]*)`/).map { $0.output.1 }
            let statuses = match.output.4.matches(of: /\b[2-5]\d\d\b/).map { String($0.output) }
            return Row(routes: ([match.output.2] + others).map { "\(method) \($0)" }, statuses: Set(statuses))
        }
    }

    /// Each route has one row. The row has every status that is described for this route alone, except 304, and no
    /// status that is not described.
    @Test(arguments: [("API.md", DocumentationTests.API.gophermart), ("Accruals.md", .accrual), ("Staff.md", .staff)])
    func tablesHaveEveryRouteAndStatus(page: String, api: DocumentationTests.API) throws {
        let rows = try Self.rows(of: page)
        let routes = api.lines.filter { !$0.hasSuffix(" /openapi.json") && !$0.hasSuffix(" /docs") }
        #expect(rows.flatMap(\.routes).sorted() == routes.sorted())
        for row in rows {
            for route in row.routes {
                let responses = try #require(api.described.operation(of: route[...])?["responses"]?.object?.members)
                let all = Set(responses.map(\.name))
                let own = Set(responses.filter { $0.value.object?["$ref"] == nil }.map(\.name)).subtracting(["304"])
                #expect(own.subtracting(row.statuses) == [], "\(page): \(route) lacks these")
                #expect(row.statuses.subtracting(all) == [], "\(page): \(route) never has these")
            }
        }
    }
}
