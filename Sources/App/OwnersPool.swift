import AccrualClient
import JSON
import Loyalty
import Posix

/// What the owner's commands see of the accrual pipeline of a running server, and have it do.
struct OwnersPool: Sendable {
    /// What the pipeline is at.
    let document: @Sendable () -> JSONObject
    /// Forgets orders that got their final status without an answer of the accrual system.
    let abandon: @Sendable ([UnfinishedOrder]) -> Void

    init(_ pipeline: AccrualPipeline) {
        document = { pipeline.snapshot.document(now: SystemClock.monotonicMilliseconds()) }
        abandon = { pipeline.pool.abandon($0) }
    }
}
