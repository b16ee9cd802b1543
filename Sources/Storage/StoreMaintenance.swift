import Loyalty
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

    /// Reads users with their orders and points, in one state of the store.
    ///
    /// - Parameters:
    ///   - login: The user; `nil` for all users.
    ///   - cancellation: Ends the export with an error.
    ///   - record: Is called with each record: first the users, then the orders in the order of their uploads, and then
    ///     the other entries of the ledger. It returns false to end the export.
    /// - Returns: False if there is no user of the login.
    func export(
        _ login: Login?, until cancellation: Cancellation, _ record: (ShopRecord) -> Bool
    ) throws(StoreError) -> Bool

    /// Runs a body that makes a file, in the name of the account that may own it. The body gets the path to use.
    func makingFile<Value>(
        at path: String, _ body: (String) throws(StoreError) -> Value
    ) throws(StoreError) -> Value

    /// The source of backups.
    ///
    /// - Throws: ``Storage/backupRefusal`` if the engine's own tools make them.
    var backups: any BackupSource { get throws(StoreError) }
}

extension StoreMaintenance {
    package func makingFile<Value>(
        at path: String, _ body: (String) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        try body(path)
    }
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

    /// How much the store holds; `nil` if it can't be read.
    ///
    /// - Parameter now: The time of the first data if all of the data is without a time.
    func extent(atSeconds now: Int64) -> StoreExtent?

    /// How much a backup holds; `nil` if it can't be read, or was made by another version with other tables.
    func extent(ofBackup path: String) -> StoreExtent?
}

/// How much a store or a backup holds, as far as that can be read at once, however large it is.
package struct StoreExtent: Equatable, Sendable {
    /// The time of the first data, in seconds since 1970, as precisely as the store knows; `nil` if it is empty.
    package var firstWriteAt: Int64?
    /// The number of customers, deleted ones included.
    package var customerCount: Int64

    package init(firstWriteAt: Int64?, customerCount: Int64) {
        self.firstWriteAt = firstWriteAt
        self.customerCount = customerCount
    }
}

/// A stage of a check or a backup.
package enum MaintenanceStage: Sendable {
    case copying(pagesDone: Int, pages: Int)
    /// - Parameter number: Counts from 1.
    case checking(rule: String, number: Int, count: Int)
}
