import Postgres

/// Refuses a server that has not all of what was acknowledged, and begins a new history if a database has lost some.
///
/// A failover begins a new timeline, with a higher number. A server on a lower one than an instance has written on is a
/// former primary that does not know of it, and what it would take now is lost at the latest when it learns of the new
/// primary. A copy of the database on another cluster begins anew.
enum Timeline {
    private static let read = """
        SELECT control.system_identifier, (SELECT oid::int8 FROM pg_database WHERE datname = current_database()),
            ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int8,
            shop.system_identifier, database, timeline, shop.xmin::text::int8, written_by, history
        FROM shop, pg_control_system() AS control
        """

    /// The number of the transaction, as `xmin` has it (postgresql.org/docs/current/ddl-system-columns.html).
    static let transaction = "txid_current() % 4294967296"

    /// Several connections may find the same. The condition is met for the first of them.
    private static let note = """
        UPDATE shop SET system_identifier = $1, database = $2, timeline = $3, written_by = \(transaction),
            history = CASE WHEN $4 THEN $5 ELSE history END,
            feeds = CASE WHEN $4 THEN (feeds + \(ChangeFeedRow.lostMax)) % \(ChangeFeedRow.countMax) ELSE feeds END
        WHERE system_identifier <> $1 OR database <> $2 OR timeline < $3 OR written_by <> shop.xmin::text::int8
        """

    /// Returns the server's timeline and history.
    static func require(
        on connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) -> LatestTimeline.Point {
        let (state, history) = try state(on: &connection, until: deadline)
        let finding = state.finding
        switch finding {
        case .formerPrimary:
            throw SessionSetup.refusal(
                "the server is a former primary (timeline \(state.now.timeline), and Martlet has written on \(state.noted.timeline))"
            )
        case .unchanged:
            return LatestTimeline.Point(
                cluster: state.now.cluster, timeline: state.now.timeline, history: history)
        case .unknown, .mayHaveLostCommits:
            try note(state.now, isNewHistory: finding == .mayHaveLostCommits, on: &connection, until: deadline)
        }
        return LatestTimeline.Point(
            cluster: state.now.cluster, timeline: state.now.timeline,
            history: try Self.state(on: &connection, until: deadline).history)
    }

    private static func note(
        _ place: DatabaseState.Place, isNewHistory: Bool, on connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) {
        var parameters = Parameters()
        parameters.add(place.cluster)
        parameters.add(place.database)
        parameters.add(place.timeline)
        parameters.add(isNewHistory)
        parameters.add(Int64.random(in: 1 ... .max))
        try connection.run(note, parameters, until: deadline)
    }

    private static func state(
        on connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) -> (DatabaseState, history: Int64) {
        let state = try connection.run(read, until: deadline) { (rows: borrowing ResultSet) throws(PostgresError) in
            try rows.first { (row: borrowing Row) throws(PostgresError) in
                let state = DatabaseState(
                    now: .init(
                        cluster: try row.integer(0), database: try row.integer(1), timeline: try row.integer(2)),
                    noted: .init(
                        cluster: try row.integer(3), database: try row.integer(4), timeline: try row.integer(5)),
                    writer: try row.integer(6), notedWriter: try row.integer(7))
                return (state, history: try row.integer(8))
            }
        }
        guard let state else { throw .badValue("the row of the shop") }
        return state
    }
}
