import Loyalty
import Posix
import Storage

/// The database at a path, for a command that finds no server on it.
package struct SQLiteIdleStore: IdleStore {
    private let path: String

    package init(path: String) {
        self.path = path
    }

    package func open(
        clock: @escaping WallClock, log: Log, onFatalError: @escaping @Sendable () -> Void
    ) throws(IdleStoreError) -> any Storage {
        try LoyaltyStore(idle: path, clock: clock, log: log, onFatalError: onFatalError)
    }

    package func openMaintenance() throws(IdleStoreError) -> any StoreMaintenance {
        try IdleDatabase(path: path)
    }

    package func openImport(
        at now: Timestamp, until cancellation: Cancellation
    ) throws(StoreError) -> any ShopImport {
        try SQLiteShopImport(path: path, at: now, until: cancellation)
    }

    package func restore(
        _ backup: String, keepingOldAs suffix: String, caller: UInt32?, until cancellation: Cancellation,
        progress: (MaintenanceStage) -> Void
    ) throws(StoreError) -> (report: CheckReport, kept: String?) {
        try Restore.run(
            backup, to: path, keepingOldAs: suffix, caller: caller, until: cancellation, progress: progress)
    }
}
