import Gzip
import HTTP
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
        #expect(await Scenario(path, as: "ann", gives: 200).run(on: api) == first)
        let readCount = api.repository.readCount
        #expect(await Scenario(path, as: "ann", gives: 200).run(on: api) == first)
        await Scenario(path, as: "ann", ["If-None-Match: \(tag)"], gives: 304).run(on: api)
        #expect(api.repository.readCount == readCount)
        await Scenario(path, as: "ann", ["If-None-Match: *"], gives: 304, has: ["ETag: \(tag)"]).run(on: api)
        api.repository.credit(Points(hundredths: 1), to: api.users["ann"]!)
        await Scenario(path, as: "ann", ["If-None-Match: \(tag)"], gives: 200).run(on: api)
    }

    @Test func aBalanceThatCameWithTheSessionIsNotReadAgain() async throws {
        let (api, other) = (TestAPI(isLate: true), TestAPI())
        api.repository.readsBalanceWithSession = true
        for _ in 0..<2 {
            let first = await Scenario("GET /api/user/balance", as: "ann", gives: 200).run(on: api)
            #expect(await Scenario("GET /api/user/balance", as: "ann", gives: 200).run(on: other) == first)
            for each in [api, other] { each.repository.credit(Points(hundredths: 1), to: each.users["ann"]!) }
        }
        #expect(api.repository.readCount == 0 && other.repository.readCount == 2)
    }

    private static func withLongList(isLate: Bool) -> TestAPI {
        let api = TestAPI(isLate: isLate)
        for index in 0..<1200 { api.addOrder("\(index)", .new, accrual: 0, at: api.clock.now, of: "carl") }
        return api
    }

    private static let longList = Scenario("GET /api/user/orders", as: "carl", gives: 200)

    @Test func aLongListIsWhole() async throws {
        let (late, api) = (Self.withLongList(isLate: true), Self.withLongList(isLate: false))
        #expect(await Self.longList.run(on: late) == Self.longList.run(on: api))
        let packed = await Scenario("GET /api/user/orders", as: "carl", ["Accept-Encoding: gzip"], gives: 200)
            .run(on: late)
        #expect(packed["Content-Encoding"] == "gzip")
        let bytes = try Gunzip.unpack(packed.body, outputBytesMax: 1_000_000)
        #expect(await bytes == Self.longList.run(on: api).body)
        let page = await Scenario("GET /api/user/orders?limit=3", as: "carl", gives: 200).run(on: late)
        #expect(page.has("Link"))
    }

    /// Each page is read when its client has taken those before it, so that a long list takes little memory.
    @Test func aLongListIsReadPageByPage() async throws {
        let api = Self.withLongList(isLate: true)
        let parts = try #require(await api.parts(of: Self.longList))
        var readCounts = [api.repository.readCount]
        while try await parts.next().get() != nil { readCounts.append(api.repository.readCount) }
        #expect(readCounts.map { $0 - readCounts[0] } == [0, 0, 1, 2, 3, 4, 5, 6])
    }

    @Test func aLongListThatCanNotBeReadToItsEndIsBrokenOff() async throws {
        let api = Self.withLongList(isLate: true)
        let parts = try #require(await api.parts(of: Self.longList))
        #expect(try await parts.next().get() != nil)
        api.repository.failure = .unavailable(retryAfterSeconds: 7)
        await #expect(throws: BodyFailure.self) { _ = try await parts.next().get() }
    }

    @Test func aFailureIsARefusal() async {
        let api = TestAPI(isLate: true)
        api.repository.failure = .unavailable(retryAfterSeconds: 7)
        await Scenario("GET /api/user/balance", as: "ann", gives: 503, has: ["Retry-After: 7"]).run(on: api)
    }

    /// A stream waits for the repository after a session of its user was ended, and sends nothing meanwhile.
    @Test func aStreamEndsWithItsSessionAndNoOther() async throws {
        let api = TestAPI(isLate: true)
        api.addSession("other", of: "ann")
        let listener = try #require(await api.listenLate(as: "ann"))
        await listener.take()
        await listener.beat()
        api.publish(.balance(1), of: "ann", sessionEnds: ["bob"])
        await listener.take()
        #expect(!listener.hasEnded && listener.events.count == 1)
        api.removeSession("other", of: "ann")
        api.publish(.balance(2), of: "ann", sessionEnds: ["ann"])
        #expect(listener.nextTakesTurn)
        await listener.take()
        #expect(!listener.hasEnded && listener.events.count == 2)
        api.publish(.balance(3), of: "ann")
        await listener.take()
        #expect(!listener.hasEnded && listener.events.count == 3)
        api.removeSession("ann", of: "ann")
        api.publish(.balance(4), of: "ann", sessionEnds: ["ann"])
        await listener.take()
        #expect(listener.hasEnded && listener.events.count == 3)
    }

    @Test func aStreamEndsIfItsSessionCanNotBeReadOrRunsOut() async throws {
        let api = TestAPI(isLate: true)
        let listener = try #require(await api.listenLate(as: "ann"))
        await listener.take()
        api.repository.failure = .unavailable(retryAfterSeconds: 7)
        api.publish(.balance(1), of: "ann", sessionEnds: ["ann"])
        await listener.take()
        #expect(listener.hasEnded && listener.events.isEmpty)
        api.repository.failure = nil
        let other = try #require(await api.listenLate(as: "bob"))
        api.clock.advance(bySeconds: TestAPI.sessionSeconds)
        await other.beat()
        #expect(other.hasEnded)
    }
}

extension TestAPI {
    /// The parts of the response's body; `nil` if it has none.
    fileprivate func parts(of scenario: Scenario) async -> (any BodyParts)? {
        var parser = RequestParser(limits: Limits())
        var input = InputBuffer()
        input.append(scenario.request[...])
        guard case .request(let request)? = try? parser.parse(&input),
            case .parts(let parts) = await api.respond(to: request).get().body
        else { return nil }
        return parts
    }
}
