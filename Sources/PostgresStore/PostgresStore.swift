import Changes
import Loyalty
import Metrics
import Posix
import Postgres
import SharedStore
import Storage
import Synchronization

/// The part of one server in a database of PostgreSQL: its connections, and the threads that use them.
///
/// At the end, each repository is closed on its thread, and then ``stop()`` is called.
package final class PostgresStore: Storage {
    package let name: String
    package let identity: String?
    package let engine: StoreEngine
    package let entityTagEpoch: UInt64?
    private let connector: StoreConnector
    private let changeLog: ChangeLog
    private let writes: WriteLane
    private let lease: LeaseLane
    private let size = DatabaseSize()
    private let clock: WallClock
    private let log: Log
    /// `nil` until it is started.
    private let sweeper = Mutex<SessionSweeper?>(nil)

    /// The time for connecting, for the lock of a migration and for the migration itself.
    private static let openMilliseconds = 60_000

    /// Connects to a database, and makes its tables if it has none.
    ///
    /// - Parameter address: as libpq takes it, with its secrets.
    /// - Throws: An error whose sentence has no secret.
    package convenience init(
        address: String, limits: StorageLimits, clock: @escaping WallClock, log: Log
    ) throws(StoreError) {
        try self.init(StoreConnector(address: address), migrates: true, limits: limits, clock: clock, log: log)
    }

    /// - Parameters:
    ///   - migrates: false for a command, which leaves the schema as it is.
    ///   - claimsRow: false for a command, most of which only read: it claims the row of an instance with its first
    ///     write. Each row is a write, which waits for a standby even if that is missing.
    init(
        _ connector: StoreConnector, migrates: Bool, claimsRow: Bool = true, limits: StorageLimits,
        clock: @escaping WallClock, log: Log
    ) throws(StoreError) {
        self.connector = connector
        (self.clock, self.log) = (clock, log)
        name = connector.address.description
        do throws(PostgresError) {
            let deadline = Deadline.after(milliseconds: Self.openMilliseconds)
            if migrates {
                var connection = try connector.open(.owner, until: deadline)
                let before = try Migration.run(on: &connection, until: deadline)
                if before == 0 { log.info("the tables of a new shop were made in \(name)") }
            }
            var connection = try connector.connect(until: deadline)
            let shop = try Shop.read(on: &connection, until: deadline)
            (identity, entityTagEpoch) = (shop.identity, shop.entityTagEpoch)
            engine = StoreEngine(name: "PostgreSQL", version: shop.serverVersion)
            // An instance that hangs may have locked the row `shop`, which a start changes.
            _ = try HungSessions.end(on: &connection, until: deadline)
            if migrates, let warning = try HungSessions.warningOfOtherRoles(on: &connection, until: deadline) {
                log.warning(warning)
            }
            let instance: InstanceRow? =
                claimsRow ? try InstanceRow.claim(on: &connection, at: clock(), until: deadline) : nil
            // A command has no clients that read changes, and scripts may run millions of commands.
            let feedStart = migrates ? try ChangeFeedRow.next(on: &connection, until: deadline) : ChangeID(rawValue: 0)
            changeLog = ChangeLog(capacity: limits.keptChangesMax, after: feedStart)
            writes = try WriteLane(
                connector: connector, instance: instance, limits: limits, changeLog: changeLog, clock: clock, log: log)
            lease = LeaseLane(connector: connector, log: log)
        } catch {
            throw StoreError(opening: error, name)
        }
    }

    package var filePath: String? { nil }

    package var changes: any ChangeFeed { changeLog }

    /// The instance seeks the lead once a pipeline takes this.
    package var leadership: any Leadership {
        lease.seek()
        return PostgresLeadership(lease: lease, writes: writes)
    }

    package var settlements: any SettlementRepository { PostgresSettlementRepository(writes: writes, connector, log) }

    package func makeRepository() throws(StoreError) -> sending any Repository {
        PostgresRepository(lane: ReadLane(connector: connector, log: log), writes: writes)
    }

    package func makeRewardRepository() throws(StoreError) -> sending any RewardRepository {
        PostgresRewardRepository(lane: ReadLane(connector: connector, log: log), writes: writes)
    }

    package func makeStaffRepository() throws(StoreError) -> sending any StaffRepository {
        PostgresStaffRepository(lane: ReadLane(connector: connector, log: log), writes: writes)
    }

    package func makeReceiptLookup() throws(StoreError) -> any ReceiptLookup {
        lease.noteReceiptServer()
        return PostgresReceiptLookup(connector: connector, log: log)
    }

    package func makeProbe() throws(StoreError) -> sending any StoreProbe {
        PostgresProbe(connector: connector, size: size, clock: clock, log: log)
    }

    package func makeOwnerRepository(until cancellation: Cancellation) throws(StoreError) -> any OwnerRepository {
        try PostgresOwnerRepository(
            connector: connector, writes: writes, engine: engine, clock: clock, cancellation: cancellation)
    }

    package func makeMaintenance() throws(StoreError) -> sending any StoreMaintenance {
        PostgresMaintenance(connector: connector)
    }

    package func startSweepingSessions() {
        sweeper.withLock { sweeper in
            precondition(sweeper == nil, "the sweeper must be started once")
            sweeper = SessionSweeper(clock: clock) { [writes, lease] now in
                // One instance is enough. The transactions of the others renew their rows, which then are in use.
                let isLeading = lease.isLeading
                do throws(LoyaltyError) {
                    return .removed(
                        try writes.converseAndWait { transaction throws(PostgresError) in
                            isLeading ? try transaction.sweepSessions(at: now, limit: SessionSweep.batchMax) : 0
                        })
                } catch {
                    return .refused
                }
            }
        }
    }

    package var attemptExchange: (any AttemptExchange)? { writes.attempts }

    package var obstacle: String? { writes.obstacle }

    package var weakness: String? { lease.durability.fault }

    package var hasFileFault: Bool { false }

    package func renewNames() {}

    package func writeMetrics(_ text: inout MetricsText) {
        writes.writeMetrics(&text)
        text.gauge(
            "martlet_database_durable",
            "1 if the database's settings keep acknowledged writes, and a standby that they wait for is seen.",
            weakness == nil ? 1 : 0)
        text.gauge("martlet_database_bytes", "Length of the database's files, as of a minute ago at most.") {
            if let bytes = size.bytes { $0.add(Int(bytes)) }
        }
        text.gauge("martlet_leader", "1 if this server asks the accrual system.", lease.isLeading ? 1 : 0)
    }

    package func whenReached(_ answer: @escaping @Sendable () -> Void) {
        writes.whenReached(answer)
    }

    package func stop() {
        let sweeper = sweeper.withLock { sweeper in
            let taken = sweeper
            sweeper = nil
            return taken
        }
        sweeper?.stop()
        writes.stop()
        lease.stop()
    }

    /// The identity of the database at an address.
    package static func identity(of address: String) throws(StoreError) -> String {
        let connector = try StoreConnector(address: address)
        do throws(PostgresError) {
            let deadline = Deadline.after(milliseconds: openMilliseconds)
            var connection = try connector.open(until: deadline)
            return try Shop.identity(on: &connection, until: deadline)
        } catch {
            throw StoreError(opening: error, connector.address.description)
        }
    }
}

extension StoreConnector {
    /// - Parameter address: as libpq takes it, with its secrets.
    init(address: String) throws(StoreError) {
        let library: PostgresLibrary
        do throws(PostgresLibrary.LoadError) {
            library = try PostgresLibrary.load()
        } catch {
            throw StoreError("\(error).")
        }
        do throws(ConnectionAddress.Fault) {
            self.init(address: try ConnectionAddress(address, with: library), library: library)
        } catch {
            throw StoreError("The address can't be used: \(error).", isAddressFault: true)
        }
    }
}

extension StoreError {
    init(opening error: PostgresError, _ name: String) {
        self.init("The database \(name) can't be opened: \(error).")
    }
}
