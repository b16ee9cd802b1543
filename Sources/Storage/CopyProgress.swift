/// A stage of the copy of a store into another one.
package enum CopyProgress: Sendable {
    /// Waits until the last server of the source has been gone for some seconds.
    case waiting
    /// - Parameters:
    ///   - rowsDone: The rows of all tables that are written.
    ///   - rows: The rows of all tables.
    case copying(table: String, rowsDone: Int64, rows: Int64)
    /// Makes keys and indexes, after all rows are there.
    case indexing
    /// Compares each row with its source.
    case comparing(table: String, rowsDone: Int64, rows: Int64)
    case checking(MaintenanceStage)
}
