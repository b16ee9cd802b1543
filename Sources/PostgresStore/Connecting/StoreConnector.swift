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
    /// That of all copies of this connector.
    let latestTimeline = LatestTimeline()

    /// The name of the sessions in `pg_stat_activity`.
    static let application = "martlet"

    /// Connects to a database whose schema is of this version. It blocks.
    ///
    /// - Throws: also ``PostgresError/Cause/refusedCall`` with a sentence for the owner if the server or the database
    ///   can't be used.
    func connect(_ purpose: Purpose = .serving, until deadline: Deadline) throws(PostgresError) -> Connection {
        var point: LatestTimeline.Point?
        return try connect(purpose, until: deadline, at: &point)
    }

    /// As ``connect(_:until:)``.
    ///
    /// - Parameter point: becomes the server's timeline.
    func connect(
        _ purpose: Purpose = .serving, until deadline: Deadline, at point: inout LatestTimeline.Point?
    ) throws(PostgresError) -> Connection {
        var connection = try open(purpose, until: deadline)
        try Migration.requireCurrent(on: &connection, until: deadline)
        let found = try Timeline.require(on: &connection, until: deadline)
        guard latestTimeline.note(found) else {
            throw SessionSetup.refusal("the server is a former primary (timeline \(found.timeline))")
        }
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
    func open(_ purpose: Purpose = .serving, until deadline: Deadline) throws(PostgresError) -> Connection {
        var connection = try Connection.open(
            address, application: Self.application, with: library, until: deadline)
        try SessionSetup.apply(purpose, to: &connection, until: deadline)
        return connection
    }
}
