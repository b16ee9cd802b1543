import Gzip
import Loyalty
import TestSupport
import Testing

/// A store that can't response at once, such as a server in the network, leads to the same responses.
@Suite struct LateRepositoryTests {
    @Test(arguments: SessionTests.cases + ProblemTests.documents + ProblemTests.valid + OrderTests.cases)
    func theResponseIsTheSame(_ scenario: Scenario) async {
        let late = await scenario.run(on: TestAPI(isLate: true))
        #expect(await scenario.run(on: TestAPI()) == late)
    }

    @Test func anUnchangedResponseIsNeitherReadNorSentAgain() async throws {
        let api = TestAPI(isLate: true)
        let path = "GET /api/user/balance"
        let first = await Scenario(path, as: "ann", gives: 200).run(on: api)
        let tag = try #require(first["ETag"])
        let readCount = api.repository.readCount
        #expect(await Scenario(path, as: "ann", gives: 200).run(on: api) == first)
        await Scenario(path, as: "ann", ["If-None-Match: \(tag)"], gives: 304).run(on: api)
        #expect(api.repository.readCount == readCount)
        await Scenario(path, as: "ann", ["If-None-Match: *"], gives: 304, has: ["ETag: \(tag)"]).run(on: api)
        api.repository.credit(Points(hundredths: 1), to: api.users["ann"]!)
        await Scenario(path, as: "ann", ["If-None-Match: \(tag)"], gives: 200).run(on: api)
    }

    /// The list takes several reads, and is packed as a whole.
    @Test func aLongListIsWhole() async throws {
        let (late, api) = (TestAPI(isLate: true), TestAPI())
        for api in [late, api] {
            for index in 0..<1200 { api.addOrder("\(index)", .new, accrual: 0, at: api.clock.now, of: "carl") }
        }
        let list = Scenario("GET /api/user/orders", as: "carl", gives: 200)
        #expect(await list.run(on: late).text == list.run(on: api).text)
        let packed = await Scenario("GET /api/user/orders", as: "carl", ["Accept-Encoding: gzip"], gives: 200)
            .run(on: late)
        #expect(packed["Content-Encoding"] == "gzip")
        let bytes = try Gunzip.unpack(packed.body, outputBytesMax: 1_000_000)
        #expect(await bytes == list.run(on: api).body)
        let page = await Scenario("GET /api/user/orders?limit=3", as: "carl", gives: 200).run(on: late)
        #expect(page.has("Link"))
    }

    @Test func aFailureIsARefusal() async {
        let api = TestAPI(isLate: true)
        api.repository.failure = .unavailable(retryAfterSeconds: 7)
        await Scenario("GET /api/user/balance", as: "ann", gives: 503, has: ["Retry-After: 7"]).run(on: api)
    }

    /// A stream can't wait for the repository. It goes on until a session of its user ends, or its own runs out.
    @Test func aStreamEndsIfItsSessionMayHaveEnded() async throws {
        let api = TestAPI(isLate: true)
        let listener = try #require(await api.listenLate(as: "ann"))
        listener.take()
        listener.beat()
        api.publish(.balance(1), of: "ann", sessionEnds: ["bob"])
        listener.take()
        #expect(!listener.hasEnded && listener.events.count == 1)
        api.publish(.balance(2), of: "ann", sessionEnds: ["ann"])
        listener.take()
        #expect(listener.hasEnded && listener.events.count == 1)
        let other = try #require(await api.listenLate(as: "bob"))
        api.clock.advance(bySeconds: TestAPI.sessionSeconds)
        other.beat()
        #expect(other.hasEnded)
    }
}
