import Storage
import Synchronization

/// Carries attempts to sign in among the instances of a database.
///
/// The writer's thread sends them: together with the next transaction, or in one of their own if nothing else is to be
/// written. It also receives those of other instances.
final class AttemptsOfInstances: AttemptExchange {
    private let waiting = Mutex<[[UInt8]]>([])
    private let receivers = Mutex<[@Sendable ([UInt8]) -> Void]>([])
    private let wake: @Sendable () -> Void

    /// Attempts cost a password hash each, of which a server makes less than a hundred a second. They wait for one
    /// transaction, so more than these wait only while the database can't be reached. Further ones are dropped.
    static let waitingMax = 512

    /// - Parameter wake: Wakes the writer's thread if it waits. It does not block.
    init(wake: @escaping @Sendable () -> Void) {
        self.wake = wake
    }

    func announce(_ attempt: [UInt8]) {
        precondition(attempt.count <= Self.attemptBytesMax, "an attempt must have at most attemptBytesMax bytes")
        let isFirst = waiting.withLock { waiting in
            guard waiting.count < Self.waitingMax else { return false }
            waiting.append(attempt)
            return waiting.count == 1
        }
        if isFirst { wake() }
    }

    func subscribe(_ receive: @escaping @Sendable ([UInt8]) -> Void) {
        receivers.withLock { $0.append(receive) }
    }

    /// Takes the attempts that wait to be sent.
    func take() -> [[UInt8]] {
        waiting.withLock { waiting in
            let taken = waiting
            waiting = []
            return taken
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
