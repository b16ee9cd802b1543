import Loyalty
import Postgres

/// Decides on a new connection what became of the transaction that was under way on the last one.
///
/// The instance's row has an epoch, which each transaction demands with its first statement
/// (``Postgres/CommitMarker``). The fence replaces the epoch: that waits for an old transaction that has begun, and an
/// old one that begins later fails. The number in the row is then that of the last transaction that was committed, for
/// good.
///
/// The answer to the fence may be lost as well. So the next epoch is always the same number until it is known to be in
/// the row, and a fence that was raised already counts as raised. Another process that takes the row over counts the
/// epoch up by one, and can't be mistaken for this one.
enum EpochFence {
    /// The distance to the next epoch. Other processes can't take over a row this many times.
    private static let step: Int64 = 1 << 20

    private static let statement = """
        UPDATE instances SET epoch = $3 WHERE id = $1 AND epoch IN ($2, $3) RETURNING transaction
        """

    /// Raises the fence, and replaces the marker by one of the new epoch. Until this returns, no other transaction may
    /// begin.
    ///
    /// - Returns: ``CommitFate/inDoubt`` if another process has taken the row over, so that the number in it may not be
    ///   this instance's. The marker is of no use then.
    static func raise(
        for marker: inout CommitMarker, on connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) -> CommitFate {
        let epoch = marker.epoch &+ step
        let parameters = Parameters {
            $0.add(marker.instance)
            $0.add(marker.epoch)
            $0.add(epoch)
        }
        let committed = try connection.run(statement, parameters, until: deadline) {
            (rows: borrowing ResultSet) throws(PostgresError) in
            try rows.first { (row: borrowing Row) throws(PostgresError) in try row.integer(0) }
        }
        // The commit of the fence waits for the standby, and so for every commit before it.
        guard CommitFate.after(warnings: connection.takeWarnings()) == .committed else {
            throw PostgresError(.connectionLost, "the server has cut its wait for a standby short")
        }
        guard let committed else { return .inDoubt }
        marker = CommitMarker(instance: marker.instance, epoch: epoch, transaction: marker.transaction)
        return committed == marker.transaction ? .committed : .nothingHappened
    }
}
