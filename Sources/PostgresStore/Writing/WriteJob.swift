import Loyalty
import Postgres

/// Something that a ``WriteLane`` is to write, with the calls that answer its caller.
struct WriteJob: Sendable {
    /// Tells the caller the result of a committed transaction.
    typealias Acknowledgement = @Sendable () -> Void

    enum Work: Sendable {
        /// An operation that is committed together with others.
        case operation(BatchOperation, answer: @Sendable (BatchResult) -> Void)
        /// A transaction of its own.
        case conversation(Conversation)
        /// Nothing is written: the caller asks whether the lane still works.
        case call(@Sendable () -> Void)
    }

    struct Conversation: Sendable {
        /// True if the transactions of this kind of all instances come one after another.
        let isExclusive: Bool
        let attempt: @Sendable (PostgresTransaction) throws(PostgresError) -> Acknowledgement
    }

    let work: Work
    /// The moment by which the caller is answered.
    let deadline: Deadline
    /// Tells the caller that the work was not done, or that its fate is unknown (``Loyalty/LoyaltyError/inDoubt``). The
    /// lane calls either this or one acknowledgement, once.
    let refuse: @Sendable (LoyaltyError) -> Void
}

/// A job whose transaction may have been committed, with the acknowledgement of its result.
struct DoubtfulJob: Sendable {
    let job: WriteJob
    let acknowledge: WriteJob.Acknowledgement
}
