import Postgres

/// Refuses a server that has not all of what was acknowledged.
///
/// A failover begins a new timeline, with a higher number. A server on a lower one than an instance has written on is a
/// former primary that does not know of it, and what it would take now is lost at the latest when it learns of the new
/// primary. A copy of the database on another cluster begins anew.
enum Timeline {
    private static let read = """
        SELECT system_identifier, ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int8
        FROM pg_control_system()
        """

    /// Returns the server's timeline.
    static func require(
        on connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) -> LatestTimeline.Point {
        let now = try pair(read, on: &connection, until: deadline)
        let noted = try pair("SELECT system_identifier, timeline FROM shop", on: &connection, until: deadline)
        guard let (cluster, timeline) = now, let (notedCluster, notedTimeline) = noted else {
            throw .badValue("the server's timeline")
        }
        if cluster == notedCluster, timeline < notedTimeline {
            throw SessionSetup.refusal(
                "the server is a former primary (timeline \(timeline), and Martlet has written on \(notedTimeline))")
        }
        if cluster != notedCluster || timeline > notedTimeline {
            try note(cluster, timeline, on: &connection, until: deadline)
        }
        return LatestTimeline.Point(cluster: cluster, timeline: timeline)
    }

    /// Notes a timeline that is higher than the noted one, or on another cluster.
    private static func note(
        _ cluster: Int64, _ timeline: Int64, on connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) {
        var parameters = Parameters()
        parameters.add(cluster)
        parameters.add(timeline)
        try connection.run(
            """
            UPDATE shop SET system_identifier = $1, timeline = $2
            WHERE system_identifier <> $1 OR timeline < $2
            """, parameters, until: deadline)
    }

    private static func pair(
        _ sql: String, on connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) -> (Int64, Int64)? {
        try connection.run(sql, until: deadline) { (rows: borrowing ResultSet) throws(PostgresError) in
            try rows.first { (row: borrowing Row) throws(PostgresError) in (try row.integer(0), try row.integer(1)) }
        }
    }
}
