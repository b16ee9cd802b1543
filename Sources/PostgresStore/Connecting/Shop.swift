import Changes
import Postgres

/// The facts about a database that a server needs at its start.
struct Shop {
    let identity: String
    let entityTagEpoch: UInt64
    /// The version in its usual form, such as `15.18`.
    let serverVersion: String

    static func read(on connection: inout Connection, until deadline: Deadline) throws(PostgresError) -> Shop {
        let identity = try identity(on: &connection, until: deadline)
        let epoch = try entityTagEpoch(on: &connection, until: deadline)
        let version = connection.serverVersion
        return Shop(
            identity: identity, entityTagEpoch: epoch,
            serverVersion: "\(version / 10_000).\(version % 10_000)")
    }

    /// The number that is a part of each entity tag. Each shop gets a random one when its tables are made.
    static func entityTagEpoch(
        on connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) -> UInt64 {
        let epoch = try connection.run("SELECT tag_epoch FROM shop", until: deadline) {
            (rows: borrowing ResultSet) throws(PostgresError) in
            try rows.first { (row: borrowing Row) throws(PostgresError) in try row.integer(0) }
        }
        guard let epoch else { throw .badValue("the row of the shop") }
        return UInt64(bitPattern: epoch)
    }

    /// The name of a database on all of its servers: the cluster's identifier and the database's number in it.
    static func identity(
        on connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) -> String {
        let identity = try connection.run(
            """
            SELECT system_identifier::text || ':' || (SELECT oid::text FROM pg_database
                WHERE datname = current_database()) FROM pg_control_system()
            """, until: deadline
        ) { (rows: borrowing ResultSet) throws(PostgresError) in
            try rows.first { (row: borrowing Row) throws(PostgresError) in try row.text(0) }
        }
        guard let identity else { throw .badValue("the cluster's identifier") }
        return identity
    }
}

/// The count of logs of changes that the database has seen.
///
/// Each instance, and each restart of its log, has a range of ids of its own. So the id of a change that another
/// instance gave leads to a reset, and never to the wrong changes.
enum ChangeFeedRow {
    /// The bits of an id that count within one log. At 10,000 changes a second, they last for three years, and each
    /// restart begins another log.
    private static let idBits: Int64 = 40
    /// The number of logs that a restored database may have forgotten: one a minute for a week.
    static let lostMax: Int64 = 10_000
    /// The count at which a restored database starts over at 0, before it runs out of numbers. By then, no client
    /// follows a log from before that many restores.
    static let countMax: Int64 = 4_000_000

    /// The id before the first of a new log.
    ///
    /// - Parameter last: the last id of this instance's log. The count may be lower than it says, if the database has
    ///   lost its newest commits in a failover.
    static func next(
        after last: ChangeID = ChangeID(rawValue: 0), on connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) -> ChangeID {
        let count = try connection.run(
            """
            UPDATE shop SET feeds = greatest(feeds, $1) + 1, written_by = \(Timeline.transaction)
            RETURNING feeds
            """, Parameters { $0.add(last.rawValue >> idBits) }, until: deadline
        ) { (rows: borrowing ResultSet) throws(PostgresError) in
            try rows.first { (row: borrowing Row) throws(PostgresError) in try row.integer(0) }
        }
        guard let count, (1..<(1 << 22)).contains(count) else { throw .badValue("the number of a log of changes") }
        return ChangeID(rawValue: count << idBits)
    }
}
