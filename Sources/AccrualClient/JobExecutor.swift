/// The workers, as the dispatcher sees them: a ``JobProcessor``, or workers in virtual time.
package protocol JobExecutor: Sendable {
    var workerCount: Int { get }
    /// Jobs that were handed out and not yet collected.
    var outstanding: Int { get }
    /// Jobs that no worker has finished yet.
    var inFlight: Int { get }

    func process(_ jobs: [Job])
    /// Returns the jobs that workers have finished since the last call.
    func collect() -> [FinishedJob]
    /// Takes back the jobs that no worker has started.
    func recall() -> [Job]
    /// Drops the jobs that no worker has started, and waits for the others.
    func stop()
}

extension JobProcessor: JobExecutor {}
