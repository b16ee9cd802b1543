/// The limits of a store that its owner may set.
package struct StorageLimits: Sendable {
    /// The number of writes that may wait; further ones are refused as overloaded.
    package var writeQueueMax = 4096
    /// The number of writes that are committed together. A few dozen share the sync well enough, and the first write
    /// waits for the last one.
    package var batchMax = 256
    /// The number of changes that the ``Changes/ChangeLog`` keeps for clients that come back. Each takes about 100
    /// bytes, twice that if each user has only one, and a kilobyte if the order's number has the greatest length.
    package var keptChangesMax = 65_536
    /// The number of orders without a final status that one user may have. Each costs the pipeline memory and requests
    /// until the accrual system answers.
    package var unfinishedOrdersPerUserMax = 10_000

    package init() {}
}
