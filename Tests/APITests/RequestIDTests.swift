import HTTP
import TestSupport
import Testing

/// The ids of requests. `ClientResponse.faults` checks that every response and every problem document has one.
@Suite struct RequestIDTests {
    private static let requests: [Scenario] = [
        Scenario("GET /api/user/balance", as: "ann", ["X-Request-Id: my-1"], gives: 200),
        Scenario("HEAD /api/user/balance", as: "ann", ["X-Request-Id: my-1"], gives: 200),
        Scenario("GET /api/user/orders", as: "carl", ["X-Request-Id: my-1"], gives: 204),
        Scenario("GET /api/user/balance", as: "ann", ["If-None-Match: *", "X-Request-Id: my-1"], gives: 304),
        Scenario("POST /api/user/orders", as: "ann", ["X-Request-Id: my-1"], body: "00", gives: 202),
        Scenario("POST /api/user/orders", as: "ann", ["X-Request-Id: my-1"], body: "91", gives: 409),
        Scenario("OPTIONS /api/user/orders", ["X-Request-Id: my-1"], gives: 204),
        Scenario("GET /nowhere", ["X-Request-Id: my-1"], gives: 404),
        Scenario("PUT /api/user/orders", ["X-Request-Id: my-1"], gives: 405),
        Scenario("POST /api/user/orders", ["X-Request-Id: my-1", "Origin: null"], body: "00", gives: 403),
        Scenario("GET /api/user/balance", ["X-Request-Id: my-1"], gives: 401),
        // A request that can't be read, but whose fields can.
        Scenario("POST /nowhere", ["X-Request-Id: my-1", "Content-Length: 1048577"], gives: 413),
        Scenario("POST /nowhere", ["Content-Length: x", "X-Request-Id: my-1"], gives: 400),
        Scenario("POST /nowhere", ["Expect: cake", "X-Request-Id: my-1"], gives: 417),
    ]

    @Test(arguments: requests)
    func isTheClientsOwn(_ scenario: Scenario) async {
        #expect(await scenario.run().requestIDs == ["my-1"])
    }

    @Test func isTheClientsOwnIfTheServerFails() async {
        let api = TestAPI()
        api.repository.failure = .failed
        let response = await Scenario("GET /api/user/balance", as: "ann", ["X-Request-Id: my-1"], gives: 500).run(
            on: api)
        #expect(response.requestIDs == ["my-1"])
    }

    private static let longest = String(repeating: "x", count: 128)

    @Test(arguments: ["a", "0", "-", "_", ".", "..", "A-z_0.9", longest])
    func hasLettersDigitsAndThreeMarks(id: String) async {
        #expect(await get(["X-Request-Id: \(id)"], from: TestAPI()) == id)
        #expect(await get(["x-request-id:   \(id) "], from: TestAPI()) == id)
    }

    /// A client's id could be mistaken for something else in a log or a document, so the server replaces it.
    @Test(arguments: [
        [""], [longest + "x"], ["a b"], ["a,b"], ["a\"b"], ["a\\b"], ["a/b"], ["é"], ["a\tb"], ["<a>"], ["a:b"],
        ["a%b"],
        ["a", "a"], ["a", "b"], ["a", ""],
    ])
    func isTheServersIfTheClientsIsInvalid(ids: [String]) async {
        #expect(await get(ids.map { "X-Request-Id: \($0)" }, from: TestAPI()) == "0000000000005eed-1")
    }

    @Test func noTwoAreTheSame() async {
        let api = TestAPI()
        var seen: Set<String> = []
        for _ in 0..<300 {
            seen.insert(await get([], from: api))
            seen.formUnion(api.response(to: RequestError(.badRequest, "So it is.")).requestIDs)
        }
        #expect(seen.count == 600)
        #expect(seen.contains("0000000000005eed-1") && seen.contains("0000000000005eed-258"))
    }

    /// A kept response has the id of each request that gets it.
    @Test func isNotKept() async {
        let api = TestAPI()
        for id in ["a", "b", "c"] { #expect(await get(["X-Request-Id: \(id)"], from: api) == id) }
    }

    @Test func theAccrualSystemHasThemToo() async {
        let api = await TestAccrualAPI.filled(requestsPerMinute: 1)
        let id = ["X-Request-Id: my-1"]
        for (line, status) in [
            ("GET /api/orders/18", 200), ("GET /api/orders/18", 429), ("GET /api/goods", 200), ("GET /nowhere", 404),
            ("DELETE /api/goods/x", 404), ("POST /api/orders", 400),
        ] {
            let response = await api.response(to: Scenario(line, id, gives: status).request)
            #expect(response.status == status)
            #expect(response.requestIDs == ["my-1"], "\(line)")
        }
        let ours = await api.response(to: Scenario("GET /api/goods", gives: 200).request).requestIDs
        #expect(ours.count == 1 && ours[0].hasPrefix("0000000000005eed-"))
    }

    private func get(_ fields: [String], from api: TestAPI) async -> String {
        let response = await Scenario("GET /api/user/balance", as: "ann", fields, gives: 200).run(on: api)
        return response.requestIDs.first ?? ""
    }
}
