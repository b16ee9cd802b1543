import Loyalty
import SQLite

/// The number of unfinished orders of each user, as the current transaction sees it. It is confined to the writer's
/// thread.
///
/// An upload must not exceed its user's limit. Counting the rows each time would cost as much as the user has orders.
/// So each user is counted once, and later uploads and settlements adjust the count. A transaction that was rolled back
/// may have changed any count; then all are forgotten and counted again.
final class UnfinishedCounts {
    /// The most orders that one user may have without a final status.
    let perUserMax: Int
    private var counts: [UserID: Int] = [:]

    /// The most users whose counts are kept, at about 40 bytes each. Beyond that, all are forgotten and counted again.
    private static let usersMax = 65_536

    init(perUserMax: Int) {
        precondition(perUserMax > 0, "unfinishedOrdersPerUserMax must be positive")
        self.perUserMax = perUserMax
    }

    func forgetAll() {
        counts.removeAll(keepingCapacity: true)
    }

    /// Returns true if the user may upload another order. `count` reads the number from the table.
    func hasRoom(_ user: UserID, count: () throws(SQLiteError) -> Int) throws(SQLiteError) -> Bool {
        if let known = counts[user] { return known < perUserMax }
        if counts.count >= Self.usersMax { forgetAll() }
        let counted = try count()
        counts[user] = counted
        return counted < perUserMax
    }

    func noteAdded(of user: UserID) {
        counts[user]? += 1
    }

    func noteFinished(_ finishedCount: Int = 1, of user: UserID) {
        guard let count = counts[user] else { return }
        // A count that turns out wrong is forgotten, and counted again from the table.
        counts[user] = count >= finishedCount ? count - finishedCount : nil
    }

    /// The known count, or `nil` if there is none.
    subscript(user: UserID) -> Int? { counts[user] }
}
