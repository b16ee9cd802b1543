import Changes
import Loyalty
import Posix
import SQLite
import Synchronization

/// The one place that writes: a thread with one connection, which commits what has gathered in one transaction and only
/// then answers those who wait. One sync of the disk serves them all.
///
/// Any thread may use it.
package final class Writer: Sendable {
    /// How much waits and how much is done at once.
    package struct Limits: Sendable {
        /// Operations that may wait; what comes on top is asked to come again.
        package var queueCapacity = 4096
        /// Operations in one transaction: the sync is shared well long before this many, and the first of them waits for
        /// the last.
        package var batchOperationsMax = 256
        /// Pages that the log gains between two checkpoints: 16 MiB at 4 KiB a page. More makes bursts faster, pauses and
        /// recoveries longer.
        package var checkpointPages = 4096
        /// Changes that ``ChangeLog`` keeps for clients that come back: about 100 bytes each, twice that where users
        /// have one each, a kilobyte where an order has the longest of numbers.
        package var keptChangesMax = 65_536
        /// Orders that one user may have without a final status: each costs the pipeline memory and questions, for as long as
        /// the accrual system has no answer.
        package var unfinishedOrdersPerUserMax = 10_000

        package init() {}
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
        revisions: UserRevisions,
        changeLog: ChangeLog, log: Log, onFatalError: @escaping @Sendable () -> Void
    ) {
        let queue = BlockingQueue<WriteJob>(capacity: limits.queueCapacity)
        let database = HandOver(database)
        let holder = HandOver(holder)
        self.queue = queue
        queueCapacity = limits.queueCapacity
        thread = Thread(name: "writer") { [statistics] in
            WriterLoop(
                database: database.take(), holder: holder.take(), places: places, queue: queue, limits: limits,
                revisions: revisions,
                changeLog: changeLog, statistics: statistics, log: log, onFatalError: onFatalError
            ).run()
        }
    }

    /// Runs an operation in a transaction and returns its result once that is durable.
    ///
    /// The operation may run more than once (each time after everything it did was rolled back) and so has no effect but
    /// on the transaction. It decides by guards in its statements and answers with values; an error it throws is a
    /// failure of its own, and the others of its transaction go on without it.
    ///
    /// Throws ``LoyaltyError/overloaded(retryAfterSeconds:)``, ``LoyaltyError/unavailable(retryAfterSeconds:)`` (a full
    /// disk, another's lock, or after ``stop()``) or ``LoyaltyError/failed``.
    package func perform<Value: Sendable>(
        _ operation: @escaping @Sendable (WriteTransaction) throws(SQLiteError) -> Value
    ) async throws(LoyaltyError) -> Value {
        let result = await Resumption<Result<Value, LoyaltyError>>.suspend { resumption in
            submit(WriteJob(operation) { result in resumption.resume(returning: result) })
        }
        return try result.get()
    }

    /// As ``perform(_:)``, for a thread that may block, never the writer's own; it has a place in a full queue too. Its callers
    /// wait for each operation, so that there are as few of them as there are threads.
    package func performAndWait<Value: Sendable>(
        _ operation: @escaping @Sendable (WriteTransaction) throws(SQLiteError) -> Value
    ) throws(LoyaltyError) -> Value {
        let answer = BlockingQueue<Result<Value, LoyaltyError>>(capacity: 1)
        submit(
            WriteJob(operation) { result in
                let isFirst = answer.put(result)
                precondition(isFirst, "an operation is answered once")
            }, beyondCapacity: true)
        guard let result = answer.take() else { preconditionFailure("an answer's queue stays open") }
        return try result.get()
    }

    /// Calls back, on the writer's thread, once it has done all that waits now; for whoever asks whether it still works.
    package func whenReached(_ answer: @escaping @Sendable () -> Void) {
        submit(WriteJob({ _ in }) { _ in answer() }, beyondCapacity: true)
    }

    /// Takes no further operations, commits those that wait, writes the log back into the file and closes the connection.
    /// Blocks until then; whoever calls again returns at once.
    package func stop() {
        guard !isStopping.exchange(true, ordering: .sequentiallyConsistent) else { return }
        queue.close()
        thread.join()
    }

    /// Operations that wait now.
    package var waitingCount: Int { queue.count }

    package var snapshot: WriterSnapshot {
        WriterSnapshot(statistics, waiting: waitingCount, waitingMax: queueCapacity)
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
        guard let taken else { preconditionFailure("a connection is handed over once") }
        return taken
    }
}
