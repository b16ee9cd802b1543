import Posix
import Postgres
import Synchronization

/// Ends the statement of a connection when an operation is cancelled: the server does not look at a
/// ``Posix/Cancellation``. If the server does not end it, the connection is given up a second later.
final class CancellationWatch: Sendable {
    /// The time within which a cancellation is noticed.
    private static let lookMilliseconds = 50
    /// The longest wait for the thread at the end. A server that hangs may take the connection of a cancellation and
    /// never answer. The thread is left then; it ends with that connection, or with the process.
    private static let endMilliseconds = 1_000

    private let cancellation: Cancellation
    private let handle = Mutex<CancelHandle?>(nil)
    /// Closed at the end of the watch; nothing is put into it.
    private let end: BlockingQueue<Bool>
    /// Closed by the thread when it ends; nothing is put into it.
    private let ended: BlockingQueue<Bool>
    private let thread = Mutex<Thread?>(nil)

    /// - Throws: ``Postgres/PostgresError/Cause/refusedCall`` if there is no thread for it.
    init(_ cancellation: Cancellation, startThread: Thread.Start = Thread.start) throws(PostgresError) {
        let (end, ended) = (BlockingQueue<Bool>(capacity: 1), BlockingQueue<Bool>(capacity: 1))
        (self.cancellation, self.end, self.ended) = (cancellation, end, ended)
        do throws(SystemError) {
            let thread = try startThread("cancellation") { [weak self] in
                defer { ended.close() }
                while end.takeSeveral(limit: 1, withinMilliseconds: Self.lookMilliseconds) != nil {
                    guard cancellation.isCancelled else { continue }
                    guard let self else { return }
                    let handle = self.handle.withLock { $0 }
                    _ = handle?.cancel()
                }
            }
            self.thread.withLock { $0 = thread }
        } catch {
            throw PostgresError(.refusedCall, "no thread can watch over it: \(error)")
        }
    }

    /// Watches over the statements of `body`, which must not be a commit.
    static func run<Value>(
        on connection: inout Connection, until cancellation: Cancellation,
        _ body: (inout Connection) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        let watch = try CancellationWatch(cancellation)
        defer { watch.stop() }
        try watch.watch(&connection)
        defer { connection.cancellation = nil }
        return try body(&connection)
    }

    var isCancelled: Bool { cancellation.isCancelled }

    /// Watches another connection.
    func watch(_ connection: inout Connection) throws(PostgresError) {
        let handle = try connection.makeCancelHandle()
        self.handle.withLock { $0 = handle }
        connection.cancellation = cancellation
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
