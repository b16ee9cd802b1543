/// The sums of a span of time, such as a day. An amount that leaves 64 bits stays at the greatest one.
package struct Figures: Equatable, Sendable {
    /// The distance of the times at which a span may begin and end: 15 minutes, because the offset of every time zone
    /// is a multiple of that.
    package static let quarterMilliseconds: Int64 = 900_000

    /// The customers who registered or were added.
    package var customers: Int64 = 0
    /// The orders that were uploaded.
    package var orders: Int64 = 0
    /// The points that orders earned.
    package var granted = Points.zero
    /// The points that withdrawals took.
    package var spent = Points.zero
    /// The points that returns of goods took back.
    package var returned = Points.zero
    /// The points that refunds of withdrawals gave back.
    package var refunded = Points.zero
    /// The points that adjustments gave.
    package var given = Points.zero
    /// The points that adjustments took, above zero.
    package var taken = Points.zero
    /// The points that all customers had at the end of the span.
    package var outstanding = Points.zero

    package init() {}

    /// The points that adjustments gave, less those that they took.
    package var adjusted: Points { Points(hundredths: given.hundredths - taken.hundredths) }
}
