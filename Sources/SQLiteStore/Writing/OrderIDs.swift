import SQLite

/// The ids of new orders, which grow from upload to upload. SQLite does not number the rows of a table without rowids.
/// It is confined to the writer's thread.
final class OrderIDs {
    /// The greatest id of the table, as the current transaction sees it; `nil` if it has to be read.
    private var greatest: Int64?

    /// Forgets the greatest id after a rollback: the order that had it is not in the table.
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
