import Changes
import Loyalty
import Metrics
import Posix
import Postgres
import Storage
import Synchronization
import TestSupport

@testable import PostgresStore

final class TestStorage: Storage {
    let name = "test"
    var filePath: String? { nil }
    var identity: String? { nil }
    let engine = StoreEngine(name: "PostgreSQL", version: "15")
    let connector: StoreConnector
    let writes: WriteLane
    let changeLog: ChangeLog
    let clock: WallClock
    let log: Log

    init(_ database: TestDatabase, limits: StorageLimits, clock: @escaping WallClock, log: Log) throws {
        connector = try database.connector()
        changeLog = ChangeLog(capacity: limits.keptChangesMax, start: clock())
        writes = try database.makeWrites(limits: limits, changeLog: changeLog, clock: clock, log: log)
        (self.clock, self.log) = (clock, log)
    }

    func makeRepository() throws(StoreError) -> sending any Repository {
        PostgresRepository(lane: ReadLane(connector: connector, log: log), writes: writes, clock: clock)
    }
    func makeRewardRepository() throws(StoreError) -> sending any RewardRepository {
        PostgresRewardRepository(lane: ReadLane(connector: connector, log: log), writes: writes)
    }
    func makeStaffRepository() throws(StoreError) -> sending any StaffRepository {
        PostgresStaffRepository(lane: ReadLane(connector: connector, log: log), writes: writes)
    }
    func makeReceiptLookup() throws(StoreError) -> any ReceiptLookup {
        PostgresReceiptLookup(connector: connector, log: log)
    }
    func makeProbe() throws(StoreError) -> sending any StoreProbe {
        PostgresProbe(connector: connector, clock: clock, log: log)
    }
    func makeOwnerRepository(until cancellation: Cancellation) throws(StoreError) -> any OwnerRepository {
        try PostgresOwnerRepository(
            connector: connector, writes: writes, engine: engine, clock: clock, cancellation: cancellation)
    }
    func makeMaintenance() throws(StoreError) -> sending any StoreMaintenance { throw StoreError("none") }
    var settlements: any SettlementRepository { PostgresSettlementRepository(writes: writes, connector, log) }
    var changes: any ChangeFeed { changeLog }
    var leadership: any Leadership { SoleLeadership() }
    func startSweepingSessions() {}
    var obstacle: String? { writes.obstacle }
    var hasFileFault: Bool { false }
    var entityTagEpoch: UInt64? { nil }
    func renewNames() {}
    func writeMetrics(_ text: inout MetricsText) {}
    func whenReached(_ answer: @escaping @Sendable () -> Void) { writes.whenReached(answer) }
    func stop() { writes.stop() }
}
