import Loyalty
import SQLite
import SharedStore

/// An operation that waits for the writer, with the callbacks of its caller.
struct WriteJob: Sendable {
    /// Notifies the caller that its operation is durable.
    typealias Acknowledgement = @Sendable () -> Void

    /// Runs the operation. The writer runs it again if it rolled back the first transaction.
    let attempt: @Sendable (WriteTransaction) throws(SQLiteError) -> Acknowledgement
    /// Notifies the caller that nothing happened. The writer calls either this or one acknowledgement, once.
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
