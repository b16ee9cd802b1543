import Loyalty
import Posix

/// An import into a store, on which no server runs as long as this lives. It belongs to one thread, and blocks.
///
/// The methods are called in the order in which they are declared. The store has nothing of the import before
/// ``commit()`` returns.
package protocol ShopImport: AnyObject {
    /// Takes the record of a line. The lines of a user come after the line that adds the user.
    ///
    /// - Returns: The fault of the record, as a phrase; `nil` if it has none by itself.
    func add(_ record: ShopRecord, line: Int64) throws(StoreError) -> String?

    /// Makes the history of each user, and finds the faults of records that do not go together.
    ///
    /// - Parameter fault: Is called with each fault, a phrase, and the line that has it.
    func findFaults(_ fault: (_ line: Int64, _ text: String) -> Void) throws(StoreError)

    /// Adds everything to the store, and checks the store as a whole.
    ///
    /// - Parameter hasPositions: True if the records have their positions in the ledger, and orders are in the order of
    ///   their lines and not of their times.
    func apply(
        hasPositions: Bool, progress: @escaping (MaintenanceStage) -> Void
    ) throws(StoreError) -> ImportReport

    /// Keeps what was added. It is durable when this returns.
    func commit() throws(StoreError)

    /// Leaves the store as it was.
    func discard()
}

/// The result of an import that was not committed yet.
package struct ImportReport: Sendable {
    package let check: CheckReport
    /// The points that the users of the file have, and those that they have spent.
    package let points: (current: Int128, withdrawn: Int128)
    /// The orders of the file that the accrual system is still asked about.
    package let unfinished: Int64

    package init(check: CheckReport, points: (current: Int128, withdrawn: Int128), unfinished: Int64) {
        (self.check, self.points, self.unfinished) = (check, points, unfinished)
    }
}

extension StoreError {
    /// The error of an import that gave up before its commit.
    package static let stoppedImport = StoreError("The import was stopped, and nothing was imported.")
}
