/// The delay before an order is asked about again. It grows with the number of answers so far.
package struct RetryPolicy: Equatable, Sendable {
    package let delayMinMilliseconds: Int
    package let delayMaxMilliseconds: Int

    package init(delayMinMilliseconds: Int, delayMaxMilliseconds: Int) {
        precondition(
            delayMinMilliseconds > 0 && delayMinMilliseconds <= delayMaxMilliseconds,
            "the least delay must be positive and not exceed the greatest")
        self.delayMinMilliseconds = delayMinMilliseconds
        self.delayMaxMilliseconds = delayMaxMilliseconds
    }

    /// Returns the delay after `attempts` answers that left the order unfinished. It doubles with each, up to the
    /// maximum.
    package func delayMilliseconds(afterAttempts attempts: Int) -> Int {
        precondition(attempts > 0, "attempts must be positive")
        // With this many doublings, every allowed minimum has exceeded every allowed maximum.
        let doublings = min(attempts - 1, 32)
        let (delay, overflow) = delayMinMilliseconds.multipliedReportingOverflow(by: 1 << doublings)
        return overflow ? delayMaxMilliseconds : min(delay, delayMaxMilliseconds)
    }
}
