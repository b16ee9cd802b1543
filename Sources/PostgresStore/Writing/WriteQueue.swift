import Loyalty
import Posix
import Postgres
import Synchronization

/// The queue of a ``WriteLane``, whose thread waits for jobs and for the server at the same time.
final class WriteQueue: Sendable {
    private let jobs: BlockingQueue<WriteJob>
    private let wakeup: Wakeup
    /// True while the lane's thread waits, or is about to.
    private let isAwaited = Atomic<Bool>(false)
    private let closed = Atomic<Bool>(false)

    init(capacity: Int) throws(PostgresError) {
        jobs = BlockingQueue(capacity: capacity)
        do throws(SystemError) {
            wakeup = try Wakeup()
        } catch {
            throw PostgresError(.refusedCall, "\(error)")
        }
    }

    var count: Int { jobs.count }

    /// Appends a job. Returns false if the queue is closed, or if it is full and `beyondCapacity` is false.
    func put(_ job: WriteJob, beyondCapacity: Bool) -> Bool {
        guard jobs.put(job, beyondCapacity: beyondCapacity) else { return false }
        if isAwaited.exchange(false, ordering: .sequentiallyConsistent) { wakeup.signal() }
        return true
    }

    /// Refuses further jobs.
    func close() {
        jobs.close()
        closed.store(true, ordering: .sequentiallyConsistent)
        wakeup.signal()
    }

    /// Wakes the lane's thread.
    func wake() {
        wakeup.signal()
    }

    var isClosed: Bool { closed.load(ordering: .sequentiallyConsistent) }

    /// Takes up to `limit` jobs without waiting. Returns `nil` if the queue is closed and empty.
    func take(limit: Int) -> [WriteJob]? {
        jobs.takeSeveral(limit: limit, withinMilliseconds: 0)
    }

    /// Waits for a job or a call of ``wake()`` by `wait`, which waits until a descriptor is readable. If a job is there
    /// already, it does not wait.
    func wait<Failure: Error>(by wait: (_ descriptor: CInt) throws(Failure) -> Void) throws(Failure) {
        isAwaited.store(true, ordering: .sequentiallyConsistent)
        defer {
            isAwaited.store(false, ordering: .sequentiallyConsistent)
            wakeup.clear()
        }
        // A job that was put before the flag was set has woken nothing.
        guard jobs.count == 0, !isClosed else { return }
        try wait(wakeup.descriptor.rawValue)
    }

    /// Waits for a job or a call of ``wake()`` alone.
    func wait(milliseconds: Int) {
        wait { (_) in
            // The wait only saves time: what it waits for is looked at again.
            _ = try? wakeup.descriptor.waitUntilReadable(milliseconds: Int32(clamping: milliseconds))
        }
    }
}
