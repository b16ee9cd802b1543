import Loyalty
import Posix
import SQLite
import SharedStore
import Storage
import Synchronization

/// Reads the points of receipts, on any thread. The callers take turns at one connection: a read takes about ten
/// microseconds, so a connection for each worker would gain nothing noticeable and cost megabytes.
final class SQLiteReceiptLookup: ReceiptLookup {
    private struct State {
        /// `nil` once closed.
        var database: Database?
        /// The error code of the last read if it failed, so that the log has one line for a broken disk and not one per
        /// order.
        var failureCode: Int32?
    }

    private let state: Mutex<State>
    private let log: Log

    init(database: sending Database, log: Log) {
        state = Mutex(State(database: database))
        self.log = log
    }

    /// Returns the points that an accepted receipt earned, or `nil` if the order has no receipt.
    ///
    /// - Throws: ``LoyaltyError/failed``, or ``LoyaltyError/unavailable(retryAfterSeconds:)`` once it is closed.
    func earned(by order: OrderNumber) throws(LoyaltyError) -> Points? {
        try state.withLock { state throws(LoyaltyError) in
            guard let database = state.database else { throw .unavailable(retryAfterSeconds: 1) }
            do throws(SQLiteError) {
                let points = try database.shared.earned(by: order)
                state.failureCode = nil
                return points
            } catch {
                if state.failureCode != error.extendedCode {
                    log.error("A receipt could not be read from the database: \(error)")
                }
                state.failureCode = error.extendedCode
                throw .failed
            }
        }
    }

    /// Closes the connection. The store must still be running.
    func close() {
        state.withLock { state in
            state.database?.close()
            state.database = nil
        }
    }
}
