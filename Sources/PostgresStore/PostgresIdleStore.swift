import Loyalty
import Posix
import Postgres
import Storage

/// The database at an address, for the owner's commands. Servers may run on it: a command is one more instance.
package struct PostgresIdleStore: IdleStore {
    private let address: String
    private let limits: StorageLimits
    private let makeImport: ImportMaker

    package typealias ImportMaker =
        @Sendable (_ address: String, _ now: Timestamp, _ cancellation: Cancellation) throws(StoreError) ->
        any ShopImport

    /// - Parameters:
    ///   - address: as libpq takes it, with its secrets.
    ///   - makeImport: makes an import into the database, by way of another engine.
    package init(address: String, limits: StorageLimits, makeImport: @escaping ImportMaker) {
        (self.address, self.limits, self.makeImport) = (address, limits, makeImport)
    }

    package func open(
        clock: @escaping WallClock, log: Log, onFatalError: @escaping @Sendable () -> Void
    ) throws(IdleStoreError) -> any Storage {
        do throws(StoreError) {
            return try PostgresStore(
                StoreConnector(address: address), migrates: false, claimsRow: false, limits: limits, clock: clock,
                log: log)
        } catch {
            throw .other(error)
        }
    }

    package func openMaintenance() throws(IdleStoreError) -> any StoreMaintenance {
        do throws(StoreError) {
            return PostgresMaintenance(connector: try StoreConnector(address: address))
        } catch {
            throw .other(error)
        }
    }

    package func openImport(
        at now: Timestamp, until cancellation: Cancellation
    ) throws(StoreError) -> any ShopImport {
        try makeImport(address, now, cancellation)
    }

    package func restore(
        _ backup: String, keepingOldAs suffix: String, caller: UInt32?, until cancellation: Cancellation,
        progress: (MaintenanceStage) -> Void
    ) throws(StoreError) -> (report: CheckReport, kept: String?) {
        throw StoreError(PostgresStore.backupRefusal)
    }
}
