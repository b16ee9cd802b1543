import Gzip
import Loyalty
import TestSupport
import Testing

/// Responses are kept for clients that ask again and again, until something of the user changes.
@Suite struct KeptResponseTests {
    private static let reads = ["/api/user/balance", "/api/user/orders", "/api/user/withdrawals"]

    @discardableResult
    private func get(
        _ path: String, as user: String = "ann", _ fields: [String] = [], from api: TestAPI, gives status: Int = 200
    ) async -> ClientResponse {
        await Scenario("GET \(path)", as: user, fields, gives: status).run(on: api)
    }

    /// The second request has the response kept, so the following ones cause no read.
    @Test(arguments: reads)
    func anUnchangedResponseCausesNoRead(path: String) async {
        let api = TestAPI()
        let first = await get(path, from: api)
        #expect(api.repository.readCount > 0)
        #expect(await get(path, from: api) == first)
        let readCount = api.repository.readCount
        for _ in 0..<3 { #expect(await get(path, from: api) == first) }
        #expect(api.repository.readCount == readCount)
        let head = await Scenario("HEAD \(path)", as: "ann", gives: 200).run(on: api)
        #expect(head.fields == first.fields && head.body.isEmpty)
    }

    /// Another user's change leaves ann's responses as they are.
    @Test func aChangeOfTheUserIsSeenAtOnce() async {
        let api = TestAPI()
        for path in Self.reads + Self.reads { await get(path, from: api) }
        api.addOrder("117", .processed, accrual: 100, at: api.clock.now, of: "ann")
        #expect(await get("/api/user/orders", from: api).text.hasPrefix(#"[{"number":"117""#))
        api.repository.credit(Points(hundredths: 100), to: api.users["ann"]!)
        #expect(await get("/api/user/balance", from: api).text == #"{"current":501.5,"withdrawn":42}"#)
        api.addWithdrawal("125", 100, at: api.clock.now, of: "ann")
        for _ in 0..<2 {
            #expect(await get("/api/user/withdrawals", from: api).text.hasPrefix(#"[{"order":"125""#))
        }
        let readCount = api.repository.readCount
        api.addOrder("133", .new, accrual: 0, at: api.clock.now, of: "bob")
        #expect(await get("/api/user/withdrawals", from: api).text.hasPrefix(#"[{"order":"125""#))
        #expect(api.repository.readCount == readCount)
    }

    @Test func usersAndRoutesAreKeptApart() async {
        let api = TestAPI()
        for _ in 0..<3 {
            #expect(await get("/api/user/balance", from: api).text == #"{"current":500.5,"withdrawn":42}"#)
            #expect(await get("/api/user/balance", as: "bob", from: api).text == #"{"current":0,"withdrawn":10}"#)
            #expect(await get("/api/user/orders", as: "bob", from: api).text.hasPrefix(#"[{"number":"91""#))
            await get("/api/user/orders", as: "carl", from: api, gives: 204)
        }
    }

    @Test func packedAndPlainAreKeptApart() async throws {
        let api = TestAPI()
        for index in 0..<40 {
            api.addOrder("\(index)", .new, accrual: 0, at: api.clock.now, of: "carl")
        }
        for _ in 0..<3 {
            let plain = await get("/api/user/orders", as: "carl", from: api)
            let packed = await get("/api/user/orders", as: "carl", ["Accept-Encoding: gzip"], from: api)
            #expect(!plain.has("Content-Encoding") && packed["Content-Encoding"] == "gzip")
            #expect(try Gunzip.unpack(packed.body, outputBytesMax: 1 << 20) == plain.body)
        }
    }

    /// A session ends on time, and at once if it is removed.
    @Test func aKeptSessionEndsInTime() async {
        let api = TestAPI()
        api.addSession("short", of: "ann", expiresAt: api.clock.now.advanced(byMilliseconds: 1000))
        await get("/api/user/balance", as: "short", from: api)
        api.clock.advance(byMilliseconds: 999)
        await get("/api/user/balance", as: "short", from: api)
        api.clock.advance(byMilliseconds: 1)
        await get("/api/user/balance", as: "short", from: api, gives: 401)
    }

    @Test func aSessionThatIsTakenAwayIsNotKept() async {
        let api = TestAPI()
        await get("/api/user/balance", from: api)
        api.removeSession("ann", of: "ann")
        await get("/api/user/balance", from: api, gives: 401)
    }

    /// Tokens that share their beginning, and so their slot.
    @Test func tokensThatAreAlikeAreNotTakenForEachOther() async {
        let api = TestAPI()
        api.addSession("abcd-1", of: "ann")
        api.addSession("abcd-2", of: "bob")
        for _ in 0..<2 {
            #expect(await get("/api/user/balance", as: "abcd-1", from: api).text.contains("500.5"))
            #expect(await get("/api/user/balance", as: "abcd-2", from: api).text.contains(#""withdrawn":10"#))
            for other in ["abcd-3", "abcd-", "abcd-11", "abcd", "abc"] {
                await get("/api/user/balance", as: other, from: api, gives: 401)
            }
        }
    }

    /// The kept responses have a limit, and above it every response is still right.
    @Test func manyResponsesAreAllRight() async {
        let api = TestAPI()
        let names = (0..<300).map { "user-\($0)" }
        for (index, name) in names.enumerated() {
            api.addUser(name)
            for number in 0...(index % 7) * 60 {
                api.addOrder("\(index)00\(number)", .new, accrual: 0, at: api.clock.now, of: name)
            }
        }
        for _ in 0..<3 {
            for (index, name) in names.enumerated() {
                let response = await get("/api/user/orders", as: name, from: api)
                #expect(response.text.hasPrefix(#"[{"number":"\#(index)00\#((index % 7) * 60)""#))
            }
        }
    }
}

/// Lists of more than a page are sent part by part.
@Suite struct LongListTests {
    private func api(orders count: Int) -> TestAPI {
        let api = TestAPI()
        for index in 0..<count { api.addOrder("\(index)", .new, accrual: 0, at: api.clock.now, of: "carl") }
        return api
    }

    @Test(arguments: [511, 512, 513, 1024, 1025, 3000])
    func everyOrderIsThereOnce(count: Int) async throws {
        let api = api(orders: count)
        let plain = await Scenario("GET /api/user/orders", as: "carl", gives: 200).run(on: api)
        #expect(plain.has("Transfer-Encoding") == (count > 512))
        let items = (0..<count).reversed().map {
            #"{"number":"\#($0)","status":"NEW","uploaded_at":"2020-12-10T15:15:45Z"}"#
        }
        #expect(plain.text == "[\(items.joined(separator: ","))]")
        let packed = await Scenario(
            "GET /api/user/orders", as: "carl", ["Accept-Encoding: gzip"], gives: 200,
            has: ["Content-Encoding: gzip", "Vary: Accept-Encoding"]
        ).run(on: api)
        #expect(try Gunzip.unpack(packed.body, outputBytesMax: 1 << 24) == plain.body)
    }

    /// The page after the last full one may be empty, and ends the list all the same.
    @Test(arguments: [512, 1024])
    func aFullLastPageEndsTheList(count: Int) async throws {
        let api = api(orders: count)
        api.repository.namesEmptyPages = true
        let response = await Scenario("GET /api/user/orders", as: "carl", gives: 200).run(on: api)
        #expect(response.text.hasSuffix("}]"))
        #expect(response.text.split(separator: "},{").count == count)
    }
}
