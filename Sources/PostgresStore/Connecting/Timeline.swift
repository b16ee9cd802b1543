import Postgres

/// Refuses a server that lacks acknowledged writes, and begins a new history if a database has lost some.
///
/// A failover begins a new timeline, with a higher number. A server on a lower one than an instance has written on is a
/// former primary that does not know of its successor. A write that it took now would be lost when it learns of the new
/// primary, at the latest. On another cluster, a copy of the database starts with timelines of its own.
enum Timeline {
    /// The state of a database, and the number of its history.
    typealias Reading = (state: DatabaseState, history: Int64)

    private static let stateQuery = """
        SELECT control.system_identifier, (SELECT oid::int8 FROM pg_database WHERE datname = current_database()),
            ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int8,
            shop.system_identifier, database, timeline, shop.xmin::text::int8, written_by, history
        FROM shop, pg_control_system() AS control
        """

    /// The number of the transaction, as `xmin` has it (postgresql.org/docs/current/ddl-system-columns.html).
    static let transaction = "txid_current() % 4294967296"

    /// Several connections may find the same change. Only the statement of the first one meets the condition.
    private static let changeQuery = """
        UPDATE shop SET system_identifier = $1, database = $2, timeline = $3, written_by = \(transaction),
            history = CASE WHEN $4 THEN $5 ELSE history END,
            feeds = CASE WHEN $4 THEN (feeds + \(ChangeFeedRow.lostMax)) % \(ChangeFeedRow.countMax) ELSE feeds END
        WHERE system_identifier <> $1 OR database <> $2 OR timeline < $3 OR written_by <> shop.xmin::text::int8
        """

    /// Reads the state of a database, and changes nothing.
    ///
    /// - Parameter latest: the timelines to which this process has connected.
    /// - Throws: also a refusal of a former primary.
    static func read(
        on connection: inout Connection, knowing latest: LatestTimeline, until deadline: Deadline
    ) throws(PostgresError) -> Reading {
        let reading = try Self.reading(on: &connection, until: deadline)
        let (now, noted) = (reading.state.now, reading.state.noted)
        guard reading.state.finding != .formerPrimary else {
            throw SessionSetup.refusal(
                "the server is a former primary (timeline \(now.timeline), and Martlet has written on \(noted.timeline))"
            )
        }
        let found = point(of: reading)
        guard !latest.hasSuccessor(of: found) else { throw refusal(of: found) }
        return reading
    }

    static func refusal(of point: LatestTimeline.Point) -> PostgresError {
        SessionSetup.refusal("the server is a former primary (timeline \(point.timeline))")
    }

    /// Notes the server in the row if the row does not name it. Returns the server's timeline and history.
    ///
    /// The wait for a standby that confirms the row has no limit but the deadline, so this is not part of the check of
    /// a host.
    static func note(
        _ reading: Reading, on connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) -> LatestTimeline.Point {
        let finding = reading.state.finding
        precondition(finding != .formerPrimary, "a former primary must have been refused")
        guard finding != .unchanged else { return point(of: reading) }
        let isNewHistory = finding == .mayHaveLostCommits
        try change(reading.state.now, isNewHistory: isNewHistory, on: &connection, until: deadline)
        // Another connection may have begun the new history.
        let history = try Self.reading(on: &connection, until: deadline).history
        return point(of: (state: reading.state, history: history))
    }

    private static func point(of reading: Reading) -> LatestTimeline.Point {
        let now = reading.state.now
        return LatestTimeline.Point(cluster: now.cluster, timeline: now.timeline, history: reading.history)
    }

    private static func change(
        _ place: DatabaseState.Place, isNewHistory: Bool, on connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) {
        var parameters = Parameters()
        parameters.add(place.cluster)
        parameters.add(place.database)
        parameters.add(place.timeline)
        parameters.add(isNewHistory)
        parameters.add(Int64.random(in: 1 ... .max))
        try connection.run(changeQuery, parameters, until: deadline)
    }

    private static func reading(
        on connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) -> Reading {
        let reading = try connection.run(stateQuery, until: deadline) {
            (rows: borrowing ResultSet) throws(PostgresError) in
            try rows.first { (row: borrowing Row) throws(PostgresError) in
                let state = DatabaseState(
                    now: .init(
                        cluster: try row.integer(0), database: try row.integer(1), timeline: try row.integer(2)),
                    noted: .init(
                        cluster: try row.integer(3), database: try row.integer(4), timeline: try row.integer(5)),
                    writer: try row.integer(6), notedWriter: try row.integer(7))
                return (state: state, history: try row.integer(8))
            }
        }
        guard let reading else { throw .badValue("the row of the shop") }
        return reading
    }
}
