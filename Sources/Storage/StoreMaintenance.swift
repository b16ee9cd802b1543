import Posix

/// Checks a store as a whole. It belongs to one thread at a time, and blocks.
package protocol StoreMaintenance: AnyObject {
    /// Proves that the store is whole, and that the points in it add up.
    ///
    /// - Parameters:
    ///   - cancellation: Ends the check with an error.
    ///   - progress: Is called before each step.
    func check(
        until cancellation: Cancellation, progress: (MaintenanceStage) -> Void
    ) throws(StoreError) -> CheckReport

    /// The source of backups; `nil` if backups are made by the engine's own tools.
    var backups: (any BackupSource)? { get }
}

/// Copies a store while it is in use. It belongs to one thread at a time, and blocks.
package protocol BackupSource: AnyObject {
    /// Copies one state of the store into a new file and checks the copy. The file has its name only after that.
    ///
    /// - Parameters:
    ///   - path: A file that does not exist yet.
    ///   - cancellation: Ends the backup with an error; then there is no file.
    ///   - progress: Is called now and then.
    /// - Returns: The result of the check, which the copy has passed.
    func backUp(
        to path: String, until cancellation: Cancellation, progress: (MaintenanceStage) -> Void
    ) throws(StoreError) -> CheckReport

    /// When the store got its first data, in seconds since 1970, as precisely as the store knows; `nil` if it is empty
    /// or can't be read.
    ///
    /// - Parameter now: The result if all of the data is without a time.
    func firstWrite(atSeconds now: Int64) -> Int64?
}

/// A stage of a check or a backup.
package enum MaintenanceStage: Sendable {
    case copying(pagesDone: Int, pages: Int)
    /// - Parameter number: Counts from 1.
    case checking(rule: String, number: Int, count: Int)
}
