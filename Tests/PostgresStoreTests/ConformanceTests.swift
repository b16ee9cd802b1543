import ConformanceSupport
import Posix
import Storage
import TestSupport
import Testing

@testable import PostgresStore

/// The store on PostgreSQL keeps the contract of every store.
@Suite(.enabled(if: PostgreSQLServer.isInstalled), .serialized) struct ConformanceTests {
    @Test(arguments: ConformanceCase.all) func itKeepsTheContract(_ test: ConformanceCase) async throws {
        let clock = TestClock()
        var limits = StorageLimits()
        limits.keptChangesMax = StoreUnderTest.keptChangesMax
        limits.unfinishedOrdersPerUserMax = StoreUnderTest.unfinishedPerUserMax
        let lines = LogLines()
        let storage = try PostgresStore(
            TestDatabase().connector(), migrates: false, limits: limits, clock: { clock.now }, log: lines.log)
        let store = try StoreUnderTest(storage, clock: clock)
        defer { store.stop() }
        do { try await test.run(store) } catch { throw TestFailure("\(error); \(lines.all)") }
    }
}
