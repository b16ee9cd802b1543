import Posix
import Postgres
import Synchronization

/// Ends the statement of a connection when an operation is cancelled: a statement that waits for the server does not
/// look at a ``Posix/Cancellation``.
final class CancellationWatch: Sendable {
    /// The time within which a cancellation is noticed.
    private static let lookMilliseconds = 50

    private let handle = Mutex<CancelHandle?>(nil)
    /// Closed at the end of the watch; nothing is put into it.
    private let end: BlockingQueue<Bool>
    private let thread = Mutex<Thread?>(nil)

    init(_ cancellation: Cancellation) {
        let end = BlockingQueue<Bool>(capacity: 1)
        self.end = end
        let thread = Thread(name: "cancellation") { [weak self] in
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
        thread?.join()
    }
}
