import Loyalty
import Posix
import Postgres

/// Makes connections to a shop's database that are checked and set up, so that no statement runs on a server that would
/// break a promise.
struct StoreConnector: Sendable {
    /// The use of a connection, which decides how long a statement may take.
    enum Purpose: Sendable {
        /// A client waits for the statements.
        case serving
        /// An owner's command, which may read everything.
        case owner
    }

    let address: ConnectionAddress
    let library: PostgresLibrary
    /// The latest timeline that this connector or a copy of it has met.
    let latestTimeline = LatestTimeline()

    /// The name of the sessions in `pg_stat_activity`.
    static let application = "martlet"

    /// Connects to the first host whose database has a schema of this version, and that is no former primary. It
    /// blocks.
    ///
    /// - Throws: also an error with a sentence for the owner if no server or database can be used.
    func connect(_ purpose: Purpose = .serving, until deadline: Deadline) throws(PostgresError) -> Connection {
        var point: LatestTimeline.Point?
        return try connect(purpose, until: deadline, at: &point)
    }

    /// Does the same as ``connect(_:until:)``.
    ///
    /// - Parameter point: becomes the server's timeline.
    func connect(
        _ purpose: Purpose = .serving, until deadline: Deadline, at point: inout LatestTimeline.Point?
    ) throws(PostgresError) -> Connection {
        var reading: Timeline.Reading?
        // A former primary that nothing stops must not hide its successor, which the address may name after it.
        var connection = try open(purpose, until: deadline) {
            (connection: inout Connection, end: Deadline) throws(PostgresError) in
            try Migration.requireCurrent(on: &connection, until: end)
            reading = try Timeline.read(on: &connection, knowing: latestTimeline, until: end)
        }
        guard let reading else { preconditionFailure("a host must be checked before its connection is used") }
        let found = try Timeline.note(reading, on: &connection, until: deadline)
        // Another connection may just have met the successor.
        guard latestTimeline.note(found) else { throw Timeline.refusal(of: found) }
        point = found
        return connection
    }

    /// Refuses a connection that was made before its server had a successor, if this process has met that one since.
    func requireLatest(_ point: LatestTimeline.Point) throws(PostgresError) {
        guard !latestTimeline.isLatest(point) else { return }
        throw PostgresError(
            .connectionLost,
            "another connection has found that the server is a former primary (timeline \(point.timeline)), or its database has a new history"
        )
    }

    /// Connects to a database whatever its schema is, such as one that is to be migrated.
    ///
    /// - Parameter check: is called for each host that can be used. One that fails it is passed over.
    func open(
        _ purpose: Purpose = .serving, until deadline: Deadline,
        checking check: Connection.HostCheck = { (_: inout Connection, _: Deadline) in }
    ) throws(PostgresError) -> Connection {
        try Connection.open(address, application: Self.application, with: library, until: deadline) {
            (connection: inout Connection, end: Deadline) throws(PostgresError) in
            try SessionSetup.apply(purpose, to: &connection, until: end)
            try check(&connection, end)
        }
    }
}
