/// What the dispatcher needs of the workers: a ``JobProcessor``, or workers in virtual time.
package protocol JobExecutor: Sendable {
    var workerCount: Int { get }
    /// Jobs that were given and not yet collected.
    var outstanding: Int { get }
    /// Jobs that no worker has brought back yet.
    var inFlight: Int { get }

    func process(_ jobs: [Job])
    /// What has come back since the last call.
    func collect() -> [JobProcessor<Job, AskOutcome>.Result]
    /// Takes back the jobs that no worker has begun.
    func recall() -> [Job]
    /// Drops the jobs that no worker has begun, and brings those that one has.
    func stop()
}

extension JobProcessor: JobExecutor where Element == Job, Outcome == AskOutcome {}
