import API
import HTTP
import TestSupport
import Testing
import Web

/// The API for monitoring, and the handbook's table of its routes.
@Suite struct AdminAPITests {
    /// A server in one state, as monitoring sees it.
    private struct State {
        var illness: String?
        var obstacle: String?
        var weakness: String?

        static let all = [
            State(), State(illness: "a loop hangs"), State(obstacle: "the disk is full"),
            State(illness: "a loop hangs", obstacle: "the disk is full"), State(weakness: "fsync is off."),
            State(obstacle: "the disk is full", weakness: "fsync is off."),
        ]

        var api: APIHandler {
            AdminAPI.handler(
                hostNames: [], database: "a database", illness: { illness }, obstacle: { obstacle },
                weakness: { weakness },
                metrics: { _ in }, requestIDs: RequestIDs(prefix: 0x5EED),
                reader: InMemoryRewards(InMemoryStorage()))
        }
    }

    private static func response(_ line: String, from api: APIHandler) async -> ClientResponse {
        let request = Array("\(line) HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
        return await api.response(to: [request[...]])
    }

    /// The table has each route that is served, and no other. Each row has the statuses that the route gives in some
    /// state of the server, and no other.
    @Test func theHandbookHasEveryRouteAndStatus() async throws {
        let rows = try HandbookRouteTests.rows(of: "Watching.md")
        let served = State().api.routes.map { "\($0.method.name) \($0.path)" }
        #expect(served.count == 3)
        #expect(rows.flatMap(\.routes).sorted() == served.sorted())
        for row in rows {
            for route in row.routes {
                var statuses: Set<String> = []
                for state in State.all { statuses.insert(String(await Self.response(route, from: state.api).status)) }
                #expect(row.statuses == statuses, "\(route)")
            }
        }
    }

    /// A server that can't serve is alive, so a restart would not help it. One that has hung can't serve either.
    @Test(arguments: [
        ("/healthz", 0, 200, "ok\n"), ("/readyz", 0, 200, "ok\n"), ("/healthz", 1, 503, "a loop hangs\n"),
        ("/readyz", 1, 503, "a loop hangs\n"), ("/healthz", 2, 200, "ok\n"), ("/readyz", 2, 503, "the disk is full\n"),
        ("/healthz", 3, 503, "a loop hangs\n"), ("/readyz", 3, 503, "a loop hangs\n"),
        ("/healthz", 4, 200, "ok\n"), ("/readyz", 4, 200, "ok, but: fsync is off.\n"),
        ("/healthz", 5, 200, "ok\n"), ("/readyz", 5, 503, "the disk is full. fsync is off.\n"),
    ])
    func healthAndReadiness(path: String, state: Int, status: Int, text: String) async {
        let response = await Self.response("GET \(path)", from: State.all[state].api)
        #expect(response.status == status && response.text == text)
        #expect(response["Cache-Control"] == "no-store")
        #expect(response["Martlet-Database"] == "a database")
    }

    @Test(arguments: ["POST /healthz", "DELETE /metrics", "PUT /readyz"]) func nothingCanBeChanged(line: String) async {
        #expect(await Self.response(line, from: State().api).status == 405)
    }
}
