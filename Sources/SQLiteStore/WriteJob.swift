import Loyalty
import SQLite

/// One operation that waits for the writer, and whoever waits for it.
struct WriteJob: Sendable {
    /// Tells the waiting one that its operation is durable.
    typealias Acknowledgement = @Sendable () -> Void

    /// Runs the operation; may be called again, where the transaction of the first run was rolled back.
    let attempt: @Sendable (WriteTransaction) throws(SQLiteError) -> Acknowledgement
    /// Tells the waiting one that nothing happened. Either this or one acknowledgement is called, once.
    let refuse: @Sendable (LoyaltyError) -> Void

    init<Result: Sendable>(
        _ operation: @escaping @Sendable (WriteTransaction) throws(SQLiteError) -> Result,
        answer: @escaping @Sendable (Swift.Result<Result, LoyaltyError>) -> Void
    ) {
        attempt = { transaction throws(SQLiteError) in
            let result = try operation(transaction)
            return { answer(.success(result)) }
        }
        refuse = { error in answer(.failure(error)) }
    }
}
