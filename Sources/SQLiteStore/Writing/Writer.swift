import Changes
import Loyalty
import Metrics
import Posix
import SQLite
import SharedStore
import Storage
import Synchronization

/// The only part of a server that writes: a thread with one connection. It commits all operations that wait in one
/// transaction, and answers their callers after that, so that they share one sync of the disk.
///
/// Any thread may use it.
package final class Writer: Sendable {
    /// The limits of the writer.
    package struct Limits: Sendable {
        /// The owner's limits. An operation is a write.
        package var storage = StorageLimits()
        /// Pages that the log gains between two checkpoints: 16 MiB at 4 KiB a page. More makes bursts faster, pauses
        /// and recoveries longer.
        package var checkpointPages = 4096
        /// False for a process with many stores, such as that of the tests: the kernel allows an account 128 instances
        /// of inotify(7), and each store takes one. ``FileGuard`` describes what is not noticed then.
        package var watchesFiles = true

        package init() {}
    }

    /// The callbacks of the writer, which run on its thread.
    struct Events: Sendable {
        /// Another program wrote into the database or its log.
        let onOverwrite: @Sendable () -> Void
        /// Nothing can be trusted any more, and the process is to end.
        let onFatalError: @Sendable () -> Void
    }

    private let queue: BlockingQueue<WriteJob>
    private let thread: Thread
    private let statistics = WriterStatistics()
    private let queueCapacity: Int
    private let isStopping = Atomic<Bool>(false)

    private static let overloadedRetrySeconds = 1
    private static let stoppingRetrySeconds = 1

    init(
        database: sending Database, holder: sending Database, places: FilePlaces, limits: Limits,
        revisions: UserRevisions, changeLog: ChangeLog, log: Log, events: Events
    ) {
        let queue = BlockingQueue<WriteJob>(capacity: limits.storage.writeQueueMax)
        let database = HandOver(database)
        let holder = HandOver(holder)
        self.queue = queue
        queueCapacity = limits.storage.writeQueueMax
        thread = Thread(name: "writer") { [statistics] in
            WriterLoop(
                database: database.take(), holder: holder.take(), places: places, queue: queue, limits: limits,
                revisions: revisions, changeLog: changeLog, statistics: statistics, log: log, events: events
            ).run()
        }
    }

    /// Runs an operation in a transaction and returns its result once that is durable.
    ///
    /// The operation may run more than once, each time after everything that it did was rolled back, and so must have
    /// no effect outside the transaction. It decides by guards in its statements and answers with values. If it throws
    /// an error, that operation alone fails, and the others of its transaction go on without it.
    ///
    /// Throws ``LoyaltyError/overloaded(retryAfterSeconds:)``, ``LoyaltyError/unavailable(retryAfterSeconds:)`` (a full
    /// disk, another's lock, or after ``stop()``) or ``LoyaltyError/failed``.
    func perform<Value: Sendable>(
        _ operation: @escaping @Sendable (WriteTransaction) throws(SQLiteError) -> Value
    ) async throws(LoyaltyError) -> Value {
        let result = await Resumption<Result<Value, LoyaltyError>>.suspend { resumption in
            submit(WriteJob(operation) { result in resumption.resume(returning: result) })
        }
        return try result.get()
    }

    /// As ``perform(_:)``, for a thread that may block, which the writer's own thread may not. Even a full queue
    /// accepts the operation: each caller waits for its operation, so there are never more of these than threads.
    func performAndWait<Value: Sendable>(
        _ operation: @escaping @Sendable (WriteTransaction) throws(SQLiteError) -> Value
    ) throws(LoyaltyError) -> Value {
        let answer = BlockingQueue<Result<Value, LoyaltyError>>(capacity: 1)
        submit(
            WriteJob(operation) { result in
                let isFirst = answer.put(result)
                precondition(isFirst, "an operation must be answered exactly once")
            }, beyondCapacity: true)
        guard let result = answer.take() else {
            preconditionFailure("the queue of an operation's answer must stay open")
        }
        return try result.get()
    }

    /// Calls `answer` on the writer's thread after all operations that wait now, which shows a watchdog that the writer
    /// still works.
    package func whenReached(_ answer: @escaping @Sendable () -> Void) {
        submit(WriteJob({ _ in }) { _ in answer() }, beyondCapacity: true)
    }

    /// Takes no further operations, commits those that wait, writes the log back into the file and closes the
    /// connection. Blocks until then; a second call returns at once.
    package func stop() {
        guard !isStopping.exchange(true, ordering: .sequentiallyConsistent) else { return }
        queue.close()
        thread.join()
    }

    /// The number of operations that wait now.
    package var waitingCount: Int { queue.count }

    package var snapshot: WriterSnapshot {
        WriterSnapshot(statistics, waiting: waitingCount, waitingMax: queueCapacity)
    }

    /// Writes the metrics that the writers of all engines have.
    func writeMetrics(_ text: inout MetricsText) {
        statistics.commits.write(to: &text, waiting: waitingCount, waitingMax: queueCapacity)
    }

    private func submit(_ job: WriteJob, beyondCapacity: Bool = false) {
        guard !queue.put(job, beyondCapacity: beyondCapacity) else { return }
        job.refuse(
            isStopping.load(ordering: .sequentiallyConsistent)
                ? .unavailable(retryAfterSeconds: Self.stoppingRetrySeconds)
                : .overloaded(retryAfterSeconds: Self.overloadedRetrySeconds))
    }
}

/// Carries a connection to the thread that it will belong to.
private final class HandOver: Sendable {
    private let database: Mutex<Database?>

    init(_ database: sending Database) {
        self.database = Mutex(database)
    }

    func take() -> sending Database {
        let taken = database.withLock { database in
            let taken = database
            database = nil
            return taken
        }
        guard let taken else { preconditionFailure("a connection must be handed over exactly once") }
        return taken
    }
}
