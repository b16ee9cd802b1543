import Loyalty
import Posix

/// A store on which no server runs, for a command of its owner.
///
/// No server can start on the store as long as a result of ``open(clock:log:onFatalError:)`` or ``openMaintenance()``
/// lives. Every call blocks.
package protocol IdleStore: Sendable {
    /// Opens the store for reads and changes of users, orders and points.
    ///
    /// - Parameter onFatalError: Called at most once, on another thread, after an error that leaves nothing to trust:
    ///   the process is to end with a status other than zero.
    func open(
        clock: @escaping WallClock, log: Log, onFatalError: @escaping @Sendable () -> Void
    ) throws(IdleStoreError) -> any Storage

    /// Opens the store for a check or a backup, whichever schema it has.
    func openMaintenance() throws(IdleStoreError) -> any StoreMaintenance

    /// Opens the store to import users with their orders and points, and makes it if there is none.
    ///
    /// - Parameters:
    ///   - now: The time that users get who have none.
    ///   - cancellation: Ends each call of the import with an error.
    func openImport(at now: Timestamp, until cancellation: Cancellation) throws(StoreError) -> any ShopImport

    /// Replaces the store by a checked copy of a backup.
    ///
    /// - Parameters:
    ///   - suffix: The end of the name under which the former store is kept beside the new one.
    ///   - caller: The account that called sudo, whose symbolic links are followed as root's are.
    ///   - cancellation: Ends the restore with an error; then nothing is changed.
    ///   - progress: Is called now and then.
    /// - Returns: The report of the restored store's check, and the path of the former store, or `nil` if there was
    ///   none.
    func restore(
        _ backup: String, keepingOldAs suffix: String, caller: UInt32?, until cancellation: Cancellation,
        progress: (MaintenanceStage) -> Void
    ) throws(StoreError) -> (report: CheckReport, kept: String?)
}

/// The reason why a store can't be opened without its server.
package enum IdleStoreError: Error {
    /// A server runs on it.
    case inUse
    case other(StoreError)
}
