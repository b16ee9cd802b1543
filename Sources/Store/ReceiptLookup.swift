import Loyalty
import SQLite
import Synchronization

/// What receipts earned, for any thread: one connection that its callers take turns at. A look takes some ten microseconds,
/// so that a connection for each worker would be faster by nothing that anybody notices, and take megabytes.
package final class ReceiptLookup: Sendable {
    /// Nil once closed.
    private let database: Mutex<Database?>
    private let log: Log

    init(database: sending Database, log: Log) {
        self.database = Mutex(database)
        self.log = log
    }

    /// Nil where nobody sent a receipt. Throws ``LoyaltyError/failed``, and where it is closed
    /// ``LoyaltyError/unavailable(retryAfterSeconds:)``.
    package func earned(by order: OrderNumber) throws(LoyaltyError) -> Points? {
        try database.withLock { database throws(LoyaltyError) in
            guard let database else { throw .unavailable(retryAfterSeconds: 1) }
            do throws(SQLiteError) {
                return try database.earned(by: order)
            } catch {
                log.error("A receipt could not be read from the database: \(error)")
                throw .failed
            }
        }
    }

    /// Closes the connection; before the store stops.
    package func close() {
        database.withLock { database in
            database?.close()
            database = nil
        }
    }
}
