import ConformanceSupport
import Posix
import SQLiteStore
import TestSupport
import Testing

/// The store in a file keeps the contract of every store, and leaves a file that passes its check.
@Suite struct ConformanceTests {
    @Test(arguments: ConformanceCase.all) func itKeepsTheContract(_ test: ConformanceCase) async throws {
        let folder = TemporaryFolder()
        let clock = TestClock()
        var limits = Writer.Limits()
        limits.watchesFiles = false
        limits.storage.keptChangesMax = StoreUnderTest.keptChangesMax
        limits.storage.unfinishedOrdersPerUserMax = StoreUnderTest.unfinishedPerUserMax
        let storage = try LoyaltyStore(
            path: folder.file("test.db"), limits: limits, clock: { clock.now }, log: .none, onFatalError: {})
        let store = try StoreUnderTest(storage, clock: clock)
        defer { store.stop() }
        try await test.run(store)
        let report = try storage.makeMaintenance().check(until: Cancellation()) { _ in }
        let faults = report.findings.filter { !$0.faults.isEmpty }
        #expect(faults.isEmpty, "\(faults)")
    }
}
