import HTTP
import Testing

/// What the event loop tells the API is passed on.
@Suite struct LoopTests {
    @Test func endsAreToldToWhoeverReads() async {
        let api = TestAPI()
        await Scenario("GET /api/user/balance", as: "ann", gives: 200).run(on: api)
        #expect(api.ends.batches == 0 && api.ends.closes == 0)
        api.endBatch()
        await Scenario("GET /nowhere", gives: 404).run(on: api)
        api.endBatch()
        #expect(api.ends.batches == 2 && api.ends.closes == 0)
        api.close()
        #expect(api.ends.batches == 2 && api.ends.closes == 1)
    }
}
