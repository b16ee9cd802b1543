/// The limits of a store that its owner may set.
package struct StorageLimits: Sendable {
    /// Writes that may wait; further ones are refused as overloaded.
    package var writeQueueMax = 4096
    /// Writes that are committed together. A few dozen share the sync well enough, and the first write waits for the
    /// last one.
    package var batchMax = 256
    /// Changes that the ``Changes/ChangeLog`` keeps for clients that come back: about 100 bytes each, twice that if
    /// each user has only one, and a kilobyte if the order's number has the greatest length.
    package var keptChangesMax = 65_536
    /// Orders that one user may have without a final status. Each costs the pipeline memory and questions until the
    /// accrual system answers.
    package var unfinishedOrdersPerUserMax = 10_000

    package init() {}
}
