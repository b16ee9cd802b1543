import Loyalty
import SQLite
import Synchronization

/// What receipts earned, for any thread: one connection that its callers take turns at. A look takes some ten microseconds,
/// so that a connection for each worker would be faster by nothing that anybody notices, and take megabytes.
package final class ReceiptLookup: Sendable {
    private struct State {
        /// Nil once closed.
        var database: Database?
        /// What the last read failed with, so that a broken disk is told once and not for each order.
        var failureCode: Int32?
    }

    private let state: Mutex<State>
    private let log: Log

    init(database: sending Database, log: Log) {
        state = Mutex(State(database: database))
        self.log = log
    }

    /// Nil where nobody sent a receipt. Throws ``LoyaltyError/failed``, and where it is closed
    /// ``LoyaltyError/unavailable(retryAfterSeconds:)``.
    package func earned(by order: OrderNumber) throws(LoyaltyError) -> Points? {
        try state.withLock { state throws(LoyaltyError) in
            guard let database = state.database else { throw .unavailable(retryAfterSeconds: 1) }
            do throws(SQLiteError) {
                let points = try database.earned(by: order)
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

    /// Closes the connection; before the store stops.
    package func close() {
        state.withLock { state in
            state.database?.close()
            state.database = nil
        }
    }
}
