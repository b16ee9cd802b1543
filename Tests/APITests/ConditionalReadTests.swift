import Loyalty
import TestSupport
import Testing

/// `ETag` and `If-None-Match`: a client that has the current state gets 304, and no other client does.
@Suite struct ConditionalReadTests {
    private static let reads = [
        "/api/user/orders", "/api/user/orders/18", "/api/user/withdrawals", "/api/user/ledger", "/api/user/balance",
        "/api/user/orders?limit=2",
    ]

    private func tag(
        _ path: String, as user: String = "ann", _ fields: [String] = [], of api: TestAPI,
        gives status: Int = 200
    ) async throws -> String {
        let response = await Scenario("GET \(path)", as: user, fields, gives: status).run(on: api)
        return try #require(response["ETag"])
    }

    @discardableResult
    private func get(
        _ path: String, as user: String = "ann", ifNone tag: String, _ fields: [String] = [], of api: TestAPI,
        gives status: Int, method: String = "GET"
    ) async -> ClientResponse {
        await Scenario("\(method) \(path)", as: user, ["If-None-Match: \(tag)"] + fields, gives: status).run(on: api)
    }

    private static func api() -> TestAPI {
        let api = TestAPI()
        let entry = LedgerEntry(
            kind: .accrual, order: OrderNumber(stored: "042"), points: Points(hundredths: 1),
            balanceAfter: Points(hundredths: 1), at: api.clock.now)
        api.repository.put(entry, of: api.users["ann"]!)
        return api
    }

    /// A 304 has the fields that the 200 would have (RFC 9110, section 15.4.5).
    private func expect(_ response: ClientResponse, isWithoutTheBodyOf whole: ClientResponse) {
        for name in ["ETag", "Cache-Control", "Vary"] { #expect(response[name] == whole[name], "\(name)") }
        for name in ["Content-Type", "Content-Length", "Content-Encoding", "Transfer-Encoding", "Link"] {
            #expect(!response.has(name))
        }
        #expect(response.body.isEmpty)
    }

    @Test(arguments: reads, ["GET", "HEAD"])
    func aStateThatTheClientHasIsNotSentAgain(path: String, method: String) async throws {
        let api = Self.api()
        let whole = await Scenario("GET \(path)", as: "ann", gives: 200).run(on: api)
        let tag = try #require(whole["ETag"])
        let readCount = api.repository.readCount
        for condition in [tag, String(tag.dropFirst(2)), "\"x\", \(tag)"] {
            let response = await get(path, ifNone: condition, of: api, gives: 304, method: method)
            expect(response, isWithoutTheBodyOf: whole)
        }
        #expect(api.repository.readCount == readCount)
        let any = await get(path, ifNone: "*", of: api, gives: 304, method: method)
        expect(any, isWithoutTheBodyOf: whole)
        await get(path, ifNone: "\"x\"", of: api, gives: 200, method: method)
    }

    /// A response that is not kept is not read either: the tag holds all that a 304 has to say.
    @Test func aLongListIsNotReadToSayThatItIsTheSame() async throws {
        let api = TestAPI()
        for index in 0..<600 { api.addOrder("\(index)", .new, accrual: 0, at: api.clock.now, of: "carl") }
        let whole = await Scenario("GET /api/user/orders", as: "carl", gives: 200).run(on: api)
        #expect(whole["Vary"] == "Accept-Encoding")
        let readCount = api.repository.readCount
        let response = await get(
            "/api/user/orders", as: "carl", ifNone: try #require(whole["ETag"]), of: api, gives: 304)
        expect(response, isWithoutTheBodyOf: whole)
        #expect(api.repository.readCount == readCount)
    }

    @Test func aTableIsAnotherState() async throws {
        let api = Self.api()
        let path = "/api/user/ledger"
        let whole = await Scenario("GET \(path)", as: "ann", ["Accept: text/csv"], gives: 200).run(on: api)
        let table = try #require(whole["ETag"])
        let response = await get(path, ifNone: table, ["Accept: text/csv"], of: api, gives: 304)
        expect(response, isWithoutTheBodyOf: whole)
        #expect(response["Vary"] == "Accept")
        await get(path, ifNone: table, of: api, gives: 200)
    }

    @Test func packedAndPlainAreOneState() async throws {
        let api = TestAPI()
        for index in 0..<40 { api.addOrder("\(index)", .new, accrual: 0, at: api.clock.now, of: "carl") }
        let gzip = ["Accept-Encoding: gzip"]
        let plain = try await tag("/api/user/orders", as: "carl", of: api)
        #expect(try await tag("/api/user/orders", as: "carl", gzip, of: api) == plain)
        await get("/api/user/orders", as: "carl", ifNone: plain, gzip, of: api, gives: 304)
    }

    @Test(arguments: reads)
    func aChangeIsAnotherState(path: String) async throws {
        let api = Self.api()
        let before = try await tag(path, of: api)
        api.repository.credit(Points(hundredths: 100), to: api.users["bob"]!)
        await get(path, ifNone: before, of: api, gives: 304)
        api.repository.credit(Points(hundredths: 100), to: api.users["ann"]!)
        let response = await get(path, ifNone: before, of: api, gives: 200)
        #expect(response["ETag"] != before)
    }

    @Test func tagsOfOtherUsersDoNotMatch() async throws {
        let api = TestAPI()
        let balance = try await tag("/api/user/balance", of: api)
        await get("/api/user/balance", as: "bob", ifNone: balance, of: api, gives: 200)
        await get("/api/user/withdrawals", ifNone: balance, of: api, gives: 200)
        let page = try await tag("/api/user/orders?limit=2", of: api)
        await get("/api/user/orders?limit=3", ifNone: page, of: api, gives: 200)
        await get("/api/user/orders", ifNone: page, of: api, gives: 200)
        let order = try await tag("/api/user/orders/18", of: api)
        await get("/api/user/orders/26", ifNone: order, of: api, gives: 200)
    }

    /// One commit may change two users, as a batch of the pipeline does.
    @Test func usersThatChangedTogetherHaveStatesOfTheirOwn() async throws {
        let api = TestAPI()
        api.repository.touch(api.users.values.map { $0 })
        let ann = try await tag("/api/user/balance", of: api)
        await get("/api/user/balance", as: "bob", ifNone: ann, of: api, gives: 200)
    }

    @Test func anotherRunOfTheServerHasOtherStates() async throws {
        let before = try await tag("/api/user/balance", of: TestAPI { $0.entityTagEpoch = 1 })
        await get("/api/user/balance", ifNone: before, of: TestAPI { $0.entityTagEpoch = 1 }, gives: 304)
        await get("/api/user/balance", ifNone: before, of: TestAPI { $0.entityTagEpoch = 2 }, gives: 200)
    }

    /// An empty list is a state, too.
    @Test(arguments: ["orders", "withdrawals", "ledger"])
    func anEmptyListHasAState(list: String) async throws {
        let api = TestAPI()
        let path = "/api/user/\(list)"
        let empty = await Scenario("GET \(path)", as: "carl", gives: 204).run(on: api)
        let response = await get(path, as: "carl", ifNone: try #require(empty["ETag"]), of: api, gives: 304)
        expect(response, isWithoutTheBodyOf: empty)
        await get(path, as: "carl", ifNone: "*", of: api, gives: 304)
    }

    /// A condition changes no refusal (RFC 9110, section 13.2.1).
    @Test(arguments: [
        ("/nowhere", "ann", 404), ("/api/user/orders/91", "ann", 404), ("/api/user/orders/x", "ann", 404),
        ("/api/user/orders?limit=0", "ann", 400), ("/api/user/ledger?cursor=1", "ann", 400),
        ("/api/user/balance", "nobody", 401),
    ])
    func refusalsStandWhateverTheCondition(path: String, user: String, status: Int) async throws {
        let api = TestAPI()
        let tag = try await tag("/api/user/orders", of: api)
        for condition in ["*", tag] {
            let response = await get(path, as: user, ifNone: condition, of: api, gives: status)
            #expect(!response.has("ETag"))
        }
        api.repository.failure = .failed
        await get("/api/user/withdrawals", ifNone: "*", of: api, gives: 500)
    }

    /// Data that was read before a change must not get the tag of the state after it.
    @Test(arguments: reads)
    func aChangeDuringTheReadIsNotMissed(path: String) async throws {
        let api = Self.api()
        await Scenario("GET /api/user/balance?session", as: "ann", gives: 200).run(on: api)
        api.repository.duringNextRead = { api.repository.credit(Points(hundredths: 1), to: api.users["ann"]!) }
        let tag = try await tag(path, of: api)
        await get(path, ifNone: tag, of: api, gives: 200)
    }

    /// While a change is being committed, a read may show the state before or after it.
    @Test func aStateWithoutRevisionHasNoTag() async throws {
        let api = TestAPI()
        let path = "/api/user/balance"
        let tag = try await tag(path, of: api)
        api.repository.isChanging = true
        let meanwhile = await get(path + "?x", ifNone: tag, of: api, gives: 200)
        #expect(!meanwhile.has("ETag"))
        let any = await get(path + "?y", ifNone: "*", of: api, gives: 304)
        #expect(!any.has("ETag"))
        api.repository.isChanging = false
        await get(path, ifNone: tag, of: api, gives: 304)
    }

    /// A request may have as many tags as fit into a head. A larger head is refused.
    @Test func aThousandTagsAreRead() async throws {
        let api = TestAPI()
        let tag = try await tag("/api/user/balance", of: api)
        let others = (1...1000).map { "\"t\($0)\"" }.joined(separator: ", ")
        await get("/api/user/balance", ifNone: others, of: api, gives: 200)
        await get("/api/user/balance", ifNone: "\(others), \(tag)", of: api, gives: 304)
        let tooMany = Array(repeating: tag, count: 1000).joined(separator: ", ")
        await get("/api/user/balance", ifNone: tooMany, of: api, gives: 431)
    }

    /// Only reads have a state to compare with.
    @Test func conditionsOfChangesAreIgnored() async {
        let api = TestAPI()
        await Scenario(
            "POST /api/user/orders", as: "ann", ["If-None-Match: *"], body: "00", gives: 202, lacks: ["ETag"]
        )
        .run(on: api)
    }
}
