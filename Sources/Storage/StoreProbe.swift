import Eventual

/// Reads a store for health checks and metrics. It belongs to one thread.
package protocol StoreProbe: BatchReader {
    /// True if the store can be read.
    var isReadable: Bool { get }

    /// The number of sessions that have not expired, as of a minute ago at most; `nil` if they can't be counted.
    var sessionCount: Int? { get }

    /// The number of orders without a final status, as of a minute ago at most; `nil` if they can't be counted.
    var unfinishedOrderCount: Int? { get }
}
