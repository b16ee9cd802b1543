import Postgres

/// The settings of a server that decide whether an acknowledged write survives a power cut or a failover, and the
/// standby without which no write is acknowledged.
struct Durability: Equatable, Sendable {
    /// The settings that are off and must be on.
    var settingsOff: [String] = []
    /// True if the server is to wait for a standby, and no such standby is connected.
    var lacksStandby = false

    /// The reasons why an acknowledged write could be lost, or why none is acknowledged, in sentences; `nil` if there is
    /// none.
    var fault: String? {
        var sentences: [String] = []
        if !settingsOff.isEmpty {
            let reasons = settingsOff.map { "\($0) is off" }.joined(separator: ", ")
            sentences.append("The database could lose acknowledged writes: \(reasons).")
        }
        if lacksStandby { sentences.append("No synchronous standby is connected, and writes wait for one.") }
        return sentences.isEmpty ? nil : sentences.joined(separator: " ")
    }

    private static let settings = ["fsync", "full_page_writes", "synchronous_commit"]

    static func read(
        on connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) -> Durability {
        var durability = Durability()
        for setting in settings {
            var parameters = Parameters()
            parameters.add(setting)
            let value = try text("SELECT current_setting($1)", parameters, on: &connection, until: deadline)
            if value == "off" { durability.settingsOff.append(setting) }
        }
        // An account without pg_read_all_stats sees the rows of pg_stat_replication, and nulls in them.
        let standbys = try text(
            """
            SELECT CASE WHEN current_setting('synchronous_standby_names') = '' THEN 'none wanted'
                WHEN EXISTS (SELECT FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum') OR sync_state IS NULL)
                THEN 'connected' ELSE 'missing' END
            """, Parameters(), on: &connection, until: deadline)
        durability.lacksStandby = standbys == "missing"
        return durability
    }

    private static func text(
        _ sql: String, _ parameters: Parameters, on connection: inout Connection, until deadline: Deadline
    ) throws(PostgresError) -> String? {
        try connection.run(sql, parameters, until: deadline) { (rows: borrowing ResultSet) throws(PostgresError) in
            try rows.first { (row: borrowing Row) throws(PostgresError) in try row.text(0) }
        }
    }
}
