import Loyalty
import Postgres

/// The next step after a transaction that has failed and certainly left nothing.
enum FailedWrite: Equatable {
    /// The connection can't be used any more, so the transaction runs again on the next one.
    case runOnNextConnection
    /// Another process has taken over the instance's row, for example because this one slept for a day.
    case claimRow
    /// Another transaction was in the way.
    case runAgain
    /// Nothing can be written at the moment.
    case refuse(LoyaltyError)
    /// One of the operations is at fault: each runs alone, and one that is alone fails.
    case isolate

    /// The number of times that a transaction runs again on the same connection. Each time, another transaction was in
    /// its way and has finished.
    static let repetitionsMax = 3
    private static let noRoomRetrySeconds = 10
    private static let cancelledRetrySeconds = 1

    /// - Parameter repetitions: the number of times that the transaction ran before.
    init(after error: PostgresError, repetitions: Int) {
        guard error.state != .divisionByZero else {
            self = .claimRow
            return
        }
        guard !error.isEndOfConnection else {
            self = .runOnNextConnection
            return
        }
        switch FailureKind(of: error) {
        case .readOnly, .shuttingDown, .connectionLost: self = .runOnNextConnection
        case .retry, .uniqueViolation: self = repetitions < Self.repetitionsMax ? .runAgain : .isolate
        case .outOfResources, .tooManyConnections:
            self = .refuse(.unavailable(retryAfterSeconds: Self.noRoomRetrySeconds))
        case .cancelled: self = .refuse(.unavailable(retryAfterSeconds: Self.cancelledRetrySeconds))
        case .constraintViolation, .notAllowed, .refused: self = .isolate
        }
    }
}
