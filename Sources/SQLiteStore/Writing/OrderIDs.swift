import SQLite

/// The ids of new orders, which grow from upload to upload. SQLite numbers no rows of a table that is in another order.
/// Confined to the writer's thread.
final class OrderIDs {
    /// The greatest id of the table, as the current transaction sees it; `nil` if it has to be read.
    private var greatest: Int64?

    /// The orders of a transaction that was rolled back are not in the table.
    func forget() {
        greatest = nil
    }

    /// The id of the next order.
    ///
    /// - Parameter read: reads the greatest id of the table, or 0 if the table is empty.
    func next(read: () throws(SQLiteError) -> Int64) throws(SQLiteError) -> Int64 {
        let known = if let greatest { greatest } else { try read() }
        greatest = known
        // Only a damaged file has an order of this id, and the table refuses a second one.
        return known == .max ? .max : known + 1
    }

    func noteAdded(_ id: Int64) {
        greatest = id
    }
}
