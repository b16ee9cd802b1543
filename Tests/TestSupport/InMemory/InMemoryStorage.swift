import Changes
import Loyalty
import Metrics
import Posix
import Storage
import Synchronization

/// A store in memory, for tests of everything that uses a store. It keeps the contract of ``Storage``, which the
/// conformance suite proves, but nothing survives it.
package final class InMemoryStorage: Storage {
    private let tables: Mutex<InMemoryTables>
    private let changeLog: ChangeLog
    let clock: WallClock
    /// As if several servers had the store open.
    let leadersReport: LeadersReport?

    package init(
        clock: @escaping WallClock = { Timestamp(milliseconds: 0) },
        unfinishedPerUserMax: Int = StorageLimits().unfinishedOrdersPerUserMax,
        keptChangesMax: Int = 1000, leadersReport: LeadersReport? = nil
    ) {
        self.leadersReport = leadersReport
        var tables = InMemoryTables()
        tables.unfinishedPerUserMax = unfinishedPerUserMax
        self.tables = Mutex(tables)
        self.clock = clock
        changeLog = ChangeLog(capacity: keptChangesMax, start: clock())
    }

    /// Runs an operation alone, and publishes what it changed.
    func write<Value: Sendable>(_ operation: (inout InMemoryTables) -> Value) -> Value {
        tables.withLock { tables in
            let value = operation(&tables)
            let (changed, sessionEnds) = tables.commit()
            changeLog.publish(changed, sessionEnds: sessionEnds)
            return value
        }
    }

    func read<Value: Sendable>(_ body: (InMemoryTables) -> Value) -> Value {
        tables.withLock { tables in body(tables) }
    }

    package var name: String { "memory" }
    package var filePath: String? { nil }
    package var identity: String? { nil }
    package var engine: StoreEngine { StoreEngine(name: "Memory", version: "1") }

    package var entityTagEpoch: UInt64? { nil }
    package var weakness: String? { nil }
    package var backupRefusal: String? { nil }

    package var attemptExchange: (any AttemptExchange)? { nil }

    package func makeRepository() -> sending any Repository { InMemoryRepository(self) }

    package func makeRewardRepository() -> sending any RewardRepository { InMemoryRewards(self) }

    package func makeStaffRepository() -> sending any StaffRepository { InMemoryStaffRepository(self) }

    package func makeReceiptLookup() -> any ReceiptLookup { InMemoryReceipts(storage: self) }

    package func makeProbe() -> sending any StoreProbe { InMemoryProbe(self) }

    package func makeOwnerRepository(until cancellation: Cancellation) -> any OwnerRepository {
        InMemoryOwnerRepository(self, until: cancellation)
    }

    package func makeMaintenance() throws(StoreError) -> sending any StoreMaintenance {
        throw StoreError("A store in memory can't be checked.")
    }

    package var changes: any ChangeFeed { changeLog }

    package var leadership: any Leadership { SoleLeadership() }

    package var settlements: any SettlementRepository { InMemorySettlements(storage: self) }

    package func startSweepingSessions() {}

    package var obstacle: String? { nil }
    package var hasFileFault: Bool { false }
    package func renewNames() {}
    package func writeMetrics(_ text: inout MetricsText) {}
    package func whenReached(_ answer: @escaping @Sendable () -> Void) { answer() }
    package func stop() {}
}

struct InMemorySettlements: SettlementRepository {
    let storage: InMemoryStorage

    func usersWithUnfinishedOrders(after user: UserID?, limit: Int) -> [UserID] {
        storage.read { tables in
            let users = Set(tables.unfinished.map(\.user.rawValue)).sorted()
            return users.filter { $0 > user?.rawValue ?? .min }.prefix(limit).map { UserID(rawValue: $0) }
        }
    }

    func unfinishedOrders(_ pages: [UnfinishedPage]) -> [[UnfinishedOrder]] {
        storage.read { tables in
            pages.map { page in
                Array(tables.unfinished.filter { $0.user == page.user && $0.id >= page.from }.prefix(page.limit))
            }
        }
    }

    func settle(_ batch: [Settlement], at now: Timestamp) {
        storage.write { tables in
            for settlement in batch { tables.settle(settlement, at: now) }
        }
    }
}

struct InMemoryReceipts: ReceiptLookup {
    let storage: InMemoryStorage

    func earned(by order: OrderNumber) -> Points? { storage.read { $0.receipts[order]?.points } }

    func close() {}
}

final class InMemoryProbe: StoreProbe {
    private let storage: InMemoryStorage

    init(_ storage: InMemoryStorage) { self.storage = storage }

    var isReadable: Bool { true }

    var sessionCount: Int? {
        let now = storage.clock().milliseconds
        return storage.read { tables in tables.sessions.values.count { $0.expiresAt.milliseconds > now } }
    }

    var unfinishedOrderCount: Int? { storage.read { $0.unfinished.count } }

    func endBatch() {}

    func close() {}
}
