import Postgres

/// The settings of a server that decide whether an acknowledged write survives a power cut or a failover, and the
/// standby without which no write is acknowledged.
struct Durability: Equatable, Sendable {
    /// The settings that are off and must be on.
    var settingsOff: [String] = []
    /// True if the server is to wait for a standby, and no such standby is connected.
    var lacksStandby = false
    /// True if the server is to wait for a standby, and programs receive its log, but the role may not see if one of
    /// them is such a standby.
    var hidesStandbys = false

    /// The reasons why an acknowledged write could be lost, why none is acknowledged, or why this can't be known, in
    /// sentences; `nil` if there are none.
    var fault: String? {
        var sentences: [String] = []
        if !settingsOff.isEmpty {
            let reasons = settingsOff.map { "\($0) is off" }.joined(separator: ", ")
            sentences.append("The database could lose acknowledged writes: \(reasons).")
        }
        if lacksStandby { sentences.append("No synchronous standby is connected, and writes wait for one.") }
        if hidesStandbys {
            sentences.append(
                "The role can't see if a synchronous standby is connected: GRANT pg_read_all_stats to it.")
        }
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
        // A role without pg_read_all_stats sees a row for each receiver of the log, and a null for its state. It only
        // knows if there are none (walsender.c, `pg_stat_get_wal_senders`).
        let standbys = try text(
            """
            SELECT CASE WHEN current_setting('synchronous_standby_names') = '' THEN 'none wanted'
                WHEN bool_or(sync_state IN ('sync', 'quorum')) THEN 'connected'
                WHEN bool_or(sync_state IS NULL) THEN 'hidden' ELSE 'missing' END
            FROM pg_stat_replication
            """, Parameters(), on: &connection, until: deadline)
        durability.lacksStandby = standbys == "missing"
        durability.hidesStandbys = standbys == "hidden"
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
