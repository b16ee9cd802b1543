import ConformanceSupport
import TestSupport
import Testing

/// The store in memory keeps the contract, so that tests which use it meet the behavior of a real store.
@Suite struct InMemoryStorageTests {
    @Test(arguments: ConformanceCase.all) func itKeepsTheContract(_ test: ConformanceCase) async throws {
        let clock = TestClock()
        let storage = InMemoryStorage(
            clock: { clock.now }, unfinishedPerUserMax: StoreUnderTest.unfinishedPerUserMax,
            keptChangesMax: StoreUnderTest.keptChangesMax)
        let store = try StoreUnderTest(storage, clock: clock)
        defer { store.stop() }
        try await test.run(store)
    }
}
