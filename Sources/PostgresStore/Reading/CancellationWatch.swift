import Posix
import Postgres
import Synchronization

/// Ends the statement of a connection when an operation is cancelled: a statement that waits for the server does not
/// look at a ``Posix/Cancellation``.
final class CancellationWatch: Sendable {
    /// The time within which a cancellation is noticed.
    private static let lookMilliseconds = 50
    /// The longest wait for the thread at the end. A server that hangs may take the connection of a cancellation and
    /// never answer. The thread is left then; it ends with that connection, or with the process.
    private static let endMilliseconds = 1_000

    private let handle = Mutex<CancelHandle?>(nil)
    /// Closed at the end of the watch; nothing is put into it.
    private let end: BlockingQueue<Bool>
    /// Closed by the thread when it ends; nothing is put into it.
    private let ended: BlockingQueue<Bool>
    private let thread = Mutex<Thread?>(nil)

    init(_ cancellation: Cancellation) {
        let (end, ended) = (BlockingQueue<Bool>(capacity: 1), BlockingQueue<Bool>(capacity: 1))
        (self.end, self.ended) = (end, ended)
        let thread = Thread(name: "cancellation") { [weak self] in
            defer { ended.close() }
            while end.takeSeveral(limit: 1, withinMilliseconds: Self.lookMilliseconds) != nil {
                guard cancellation.isCancelled else { continue }
                guard let self else { return }
                let handle = self.handle.withLock { $0 }
                _ = handle?.cancel()
            }
        }
        self.thread.withLock { $0 = thread }
    }

    /// Watches another connection.
    func watch(_ handle: CancelHandle) {
        self.handle.withLock { $0 = handle }
    }

    /// Ends the watch. A second call has no effect.
    func stop() {
        end.close()
        let thread = thread.withLock { thread in
            let taken = thread
            thread = nil
            return taken
        }
        // `nil` means that the thread has closed the queue.
        if ended.takeSeveral(limit: 1, withinMilliseconds: Self.endMilliseconds) == nil { thread?.join() }
    }
}
