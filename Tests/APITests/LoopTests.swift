import HTTP
import TestSupport
import Testing

/// The reader's batch ends with the loop's turn, and its connection closes with the loop.
@Suite struct LoopTests {
    @Test func turnsAndTheEndOfTheLoopReachTheReader() async {
        let api = TestAPI()
        await Scenario("GET /api/user/balance", as: "ann", gives: 200).run(on: api)
        #expect(api.repository.endedBatches == 0 && api.repository.closes == 0)
        api.endBatch()
        await Scenario("GET /nowhere", gives: 404).run(on: api)
        api.endBatch()
        #expect(api.repository.endedBatches == 2 && api.repository.closes == 0)
        api.close()
        #expect(api.repository.endedBatches == 2 && api.repository.closes == 1)
    }
}
