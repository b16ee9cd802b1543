/// How long an order waits before it is asked about again: the longer it has waited, the longer.
package struct RetryPolicy: Equatable, Sendable {
    package let delayMinMilliseconds: Int
    package let delayMaxMilliseconds: Int

    package init(delayMinMilliseconds: Int, delayMaxMilliseconds: Int) {
        precondition(delayMinMilliseconds > 0 && delayMinMilliseconds <= delayMaxMilliseconds, "a delay grows")
        self.delayMinMilliseconds = delayMinMilliseconds
        self.delayMaxMilliseconds = delayMaxMilliseconds
    }

    /// The wait after so many answers that left the order unfinished; doubles with each, up to the maximum.
    package func delayMilliseconds(afterAttempts attempts: Int) -> Int {
        precondition(attempts > 0, "there was an answer")
        // Beyond this many doublings every allowed minimum has passed every allowed maximum.
        let doublings = min(attempts - 1, 32)
        let (delay, overflow) = delayMinMilliseconds.multipliedReportingOverflow(by: 1 << doublings)
        return overflow ? delayMaxMilliseconds : min(delay, delayMaxMilliseconds)
    }
}
