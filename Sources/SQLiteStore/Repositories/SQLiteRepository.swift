import Eventual
import Loyalty
import SQLite
import SharedStore
import Storage

/// The ``Repository`` of one event loop: its own connection to read, the shared ``Writer`` to write.
///
/// It is used on the loop's thread alone. A write checks its conditions, such as a free login or enough points, inside
/// its transaction, where the writer runs one operation after the other.
final class SQLiteRepository: Repository {
    let reader: Reader
    private let writer: Writer
    let recent = RecentUsers()
    let clock: WallClock

    init(reader: Reader, writer: Writer, clock: @escaping WallClock) {
        self.reader = reader
        self.writer = writer
        self.clock = clock
    }

    /// Ends the transaction that the reads since the last call share; see ``Reader/endBatch()``.
    func endBatch() {
        reader.endBatch()
    }

    /// Closes the reading connection, on its thread or after the end of that thread. The store must still be running.
    func close() {
        reader.close()
    }

    /// A page of a list whose entries have ids that grow, newest first.
    func page<Item>(
        from cursor: PageCursor?, limit: Int,
        _ select: (_ database: Database, _ before: Int64, _ limit: Int64) throws(SQLiteError) -> [(Int64, Item)]
    ) throws(LoyaltyError) -> Eventual<Page<Item>, LoyaltyError> {
        .now(try reader.page(from: cursor, limit: limit, select))
    }

    /// Writes, and then ends the snapshot of the batch's earlier reads: a client that has its acknowledgement must find
    /// its write.
    func write<Value: Sendable>(
        _ operation: @escaping @Sendable (WriteTransaction) throws(SQLiteError) -> Value
    ) async throws(LoyaltyError) -> Value {
        let value = try await writer.perform(operation)
        reader.endBatch()
        return value
    }
}

extension Reader {
    /// A page of a list whose entries have ids that grow, newest first.
    func page<Item>(
        from cursor: PageCursor?, limit: Int,
        _ select: (_ database: Database, _ before: Int64, _ limit: Int64) throws(SQLiteError) -> [(Int64, Item)]
    ) throws(LoyaltyError) -> Page<Item> {
        precondition(limit > 0, "limit must be positive")
        let rows = try read { database throws(SQLiteError) in
            // One row more than the limit shows that there is a next page.
            try select(database, cursor?.rawValue ?? .max, Int64(limit) + 1)
        }
        let next = rows.count > limit ? PageCursor(rawValue: rows[limit - 1].0) : nil
        return Page(items: rows.prefix(limit).map(\.1), next: next)
    }
}
