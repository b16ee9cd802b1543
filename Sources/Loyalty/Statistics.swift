/// The number of users and orders by their state, and the sums of points, over a whole database.
///
/// Sums are in hundredths of a point and have 128 bits: the points of all users together may be more than one account
/// holds.
package struct Statistics: Equatable, Sendable {
    package var users: [UserAccount.State: Int64] = [:]
    package var orders: [Order.Status: Int64] = [:]
    /// The points that users have now.
    package var outstanding: Int128 = 0
    /// The points that orders earned.
    package var granted: Int128 = 0
    /// The points that returns of goods took back, above zero.
    package var returned: Int128 = 0
    /// The points that withdrawals in force took.
    package var spent: Int128 = 0
    /// The points that adjustments gave, less those that they took.
    package var adjusted: Int128 = 0

    package init() {}
}
