import Storage
import Synchronization

/// Carries attempts to sign in among the instances of a database.
///
/// The writer's thread sends them: together with the next transaction, or in one of their own if nothing else is to be
/// written. It also receives those of other instances.
final class AttemptsOfInstances: AttemptExchange {
    private struct State {
        /// The attempts that no committed transaction has sent, in the order in which they were announced.
        var attempts: [[UInt8]] = []
        /// The number of them, from the first on, that are in a transaction whose end is not known yet.
        var sentCount = 0
    }

    private let state = Mutex(State())
    private let receivers = Mutex<[@Sendable ([UInt8]) -> Void]>([])
    private let wake: @Sendable () -> Void

    /// The number of attempts that may wait; further ones are dropped. Each attempt costs a password hash, of which a
    /// server makes less than a hundred a second, and waits for one transaction. So more of them wait only while the
    /// database can't be reached.
    static let waitingMax = 512

    /// - Parameter wake: Wakes the writer's thread if it waits. It does not block.
    init(wake: @escaping @Sendable () -> Void) {
        self.wake = wake
    }

    func announce(_ attempt: [UInt8]) {
        precondition(attempt.count <= Self.attemptBytesMax, "an attempt must have at most attemptBytesMax bytes")
        let isFirst = state.withLock { state in
            guard state.attempts.count < Self.waitingMax else { return false }
            state.attempts.append(attempt)
            return state.attempts.count == state.sentCount + 1
        }
        if isFirst { wake() }
    }

    func subscribe(_ receive: @escaping @Sendable ([UInt8]) -> Void) {
        receivers.withLock { $0.append(receive) }
    }

    /// Returns the attempts that a transaction is to send, with those of the transaction before unless it was committed
    /// (``noteCommit()``).
    func attemptsToSend() -> [[UInt8]] {
        state.withLock { state in
            state.sentCount = state.attempts.count
            return state.attempts
        }
    }

    /// Takes note that the last transaction may not have been committed, so that its attempts are sent again.
    func noteDoubt() {
        state.withLock { $0.sentCount = 0 }
    }

    /// Takes note that the last transaction was committed, and so has sent its attempts.
    func noteCommit() {
        state.withLock { state in
            state.attempts.removeFirst(state.sentCount)
            state.sentCount = 0
        }
    }

    /// Hands attempts of other instances to the subscribers.
    func deliver(_ attempts: [[UInt8]]) {
        guard !attempts.isEmpty else { return }
        let receivers = receivers.withLock { $0 }
        for attempt in attempts {
            for receive in receivers { receive(attempt) }
        }
    }
}
