import Loyalty

/// An order about which the accrual system is to be asked, with what is known about it so far.
package struct Job: Equatable, Sendable {
    package let order: UnfinishedOrder
    /// True if the order was uploaded since the start, and no request about it has been answered yet.
    package var isNew = false
    /// The number of answers so far that left the order unfinished. Each doubles the delay before the next request.
    package var attempts: UInt32 = 0
    /// True if the accrual system is known to know the order, and that has been stored.
    package var isKnown = false
    package var trust = Trust.trusted

    package init(_ order: UnfinishedOrder, isNew: Bool = false) {
        self.order = order
        self.isNew = isNew
    }
}

/// A job that a worker has brought back, with its result.
package struct FinishedJob: Sendable {
    package let job: Job
    package let result: AskResult

    package init(job: Job, result: AskResult) {
        self.job = job
        self.result = result
    }
}
