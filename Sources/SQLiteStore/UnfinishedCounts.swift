import Loyalty
import SQLite

/// How many unfinished orders each user has, as the transaction under way sees it. Confined to the writer's thread.
///
/// An upload has to know whether its user has reached the limit. To count the rows each time would cost as much as the user has
/// orders, so each user is counted once, and what finishes or arrives later is added to that. A transaction that was rolled back
/// may have changed any count; then all are forgotten and counted again.
final class UnfinishedCounts {
    /// Orders that one user may have without a final status.
    let perUserMax: Int
    private var counts: [UserID: Int] = [:]

    /// Users whose counts are kept, at about 40 bytes each; when there are more, all are counted again.
    private static let usersMax = 65_536

    init(perUserMax: Int) {
        precondition(perUserMax > 0, "a user may have an order")
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
        // A count that was wrong is made anew from the table.
        counts[user] = count >= finishedCount ? count - finishedCount : nil
    }

    /// The count that is kept, or `nil` if there is none.
    subscript(user: UserID) -> Int? { counts[user] }
}
