import Loyalty
import Posix
import Postgres

/// The row of an instance, by which its transactions are told from those of others (``Postgres/CommitMarker``).
struct InstanceRow: Sendable {
    /// The marker as it was when the row was claimed.
    let marker: CommitMarker

    var id: Int64 { marker.instance }

    /// The marker of an instance that has no row yet: the ids of rows begin at 1. The writer's first connection does
    /// not find it, and claims a row (``EpochFence``).
    static let unclaimed = CommitMarker(instance: 0, epoch: 0, transaction: 0)

    /// A row that was not used for so long belongs to no instance any more. An instance that sleeps longer finds
    /// another epoch in its row, and takes another row.
    private static let lifetimeMilliseconds: Int64 = 86_400_000

    private static let claim = """
        UPDATE instances SET epoch = epoch + 1, seen_at = $1
        WHERE id = (SELECT id FROM instances WHERE seen_at < $2 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id, epoch, transaction
        """
    private static let add = """
        INSERT INTO instances (id, epoch, transaction, seen_at) VALUES (nextval('instance_ids'), 1, 0, $1)
        RETURNING id, epoch, transaction
        """

    /// Claims a row that no instance uses, or adds one.
    static func claim(
        on connection: inout Connection, at now: Timestamp, until deadline: Deadline
    ) throws(PostgresError) -> InstanceRow {
        var parameters = Parameters()
        parameters.add(now.milliseconds)
        parameters.add(now.milliseconds - lifetimeMilliseconds)
        if let row = try marker(claim, parameters, on: &connection, until: deadline) { return InstanceRow(marker: row) }
        parameters = Parameters()
        parameters.add(now.milliseconds)
        guard let row = try marker(add, parameters, on: &connection, until: deadline) else {
            throw .badValue("the row of an instance")
        }
        return InstanceRow(marker: row)
    }

    private static func marker(
        _ sql: String, _ parameters: Parameters, on connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) -> CommitMarker? {
        try connection.run(sql, parameters, until: deadline) { (rows: borrowing ResultSet) throws(PostgresError) in
            try rows.first { (row: borrowing Row) throws(PostgresError) in
                CommitMarker(
                    instance: try row.integer(0), epoch: try row.integer(1), transaction: try row.integer(2))
            }
        }
    }
}
