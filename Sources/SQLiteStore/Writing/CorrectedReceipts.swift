import Loyalty

/// The orders whose receipts were corrected a moment ago. It is confined to the writer's thread.
///
/// A worker of the pipeline may have read the points of a receipt right before its correction, and its answer may be
/// settled right after it. So a settlement of such an order reads the receipt again. An order whose correction was
/// rolled back may be here too, and does no harm.
final class CorrectedReceipts {
    /// The time after which no answer from before the correction can be waiting: the longest time-out of a request, and
    /// a margin.
    private static let lifetimeMilliseconds: Int64 = 600_000
    /// The most corrections that are remembered, a kilobyte each if the numbers have the greatest length. At the limit
    /// the oldest is forgotten.
    private static let countMax = 4096

    private var correctedAt: [OrderNumber: Timestamp] = [:]

    /// - Parameter now: a time at which the receipt is corrected, or is about to be.
    func note(_ order: OrderNumber, at now: Timestamp) {
        if correctedAt.count >= Self.countMax {
            correctedAt = correctedAt.filter { $0.value.advanced(byMilliseconds: Self.lifetimeMilliseconds) > now }
        }
        if correctedAt.count >= Self.countMax, let oldest = correctedAt.min(by: { $0.value < $1.value })?.key {
            correctedAt[oldest] = nil
        }
        correctedAt[order] = now
    }

    /// Returns true if an answer about the order may be from before a correction of its receipt.
    func contains(_ order: OrderNumber) -> Bool { !correctedAt.isEmpty && correctedAt[order] != nil }
}
