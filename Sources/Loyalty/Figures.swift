/// The sums of a span of time, such as a day.
///
/// Points are in hundredths and have 128 bits, as those of ``Statistics``. The stores keep 64 bits for each kind of
/// change in a quarter of an hour: if there are more, these figures stay below those of the statistics.
package struct Figures: Equatable, Sendable {
    /// The grid of the times at which a span may begin and end: 15 minutes, because the offset of every time zone is a
    /// multiple of that.
    package static let quarterMilliseconds: Int64 = 900_000

    /// The customers who registered or were added.
    package var customers: Int64 = 0
    /// The orders that were uploaded.
    package var orders: Int64 = 0
    /// The points that orders earned.
    package var granted: Int128 = 0
    /// The points that withdrawals took.
    package var spent: Int128 = 0
    /// The points that returns of goods took back.
    package var returned: Int128 = 0
    /// The points that refunds of withdrawals gave back.
    package var refunded: Int128 = 0
    /// The points that adjustments gave.
    package var given: Int128 = 0
    /// The points that adjustments took, above zero.
    package var taken: Int128 = 0
    /// The points that all customers had at the end of the span.
    package var outstanding: Int128 = 0

    package init() {}

    /// The points that adjustments gave, less those that they took.
    package var adjusted: Int128 { given - taken }
}
