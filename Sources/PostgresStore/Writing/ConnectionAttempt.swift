import Changes
import Loyalty
import Posix
import Postgres
import Synchronization

/// A connection of the writer that listens, and the facts that it needs to begin.
struct WriteConnection: ~Copyable {
    var connection: Connection
    /// The marker for the transactions of this connection.
    let marker: CommitMarker
    /// The fate of the last transaction on the connection before.
    let fate: CommitFate
    /// The id before the first one of a log of changes that starts over; `nil` if the log continues.
    let feedStart: ChangeID?
    let highestOrder: OrderID
    let point: LatestTimeline.Point?

    private static let highestOrderQuery = "SELECT coalesce(max(id), 0) FROM orders"

    /// Connects, listens, decides the fate of the last transaction, and prepares the statements.
    ///
    /// It listens before it decides. So it hears of everything that is committed after the log of changes starts over.
    ///
    /// - Parameter lastChange: the last id of the log of changes if it starts over; `nil` if it continues.
    static func open(
        _ connector: StoreConnector, after marker: CommitMarker, _ lastChange: ChangeID?, at now: Timestamp,
        until deadline: Deadline
    ) throws(PostgresError) -> WriteConnection {
        var point: LatestTimeline.Point?
        var connection = try connector.connect(until: deadline, at: &point)
        try connection.run("LISTEN \(ChangeNotification.channel)", until: deadline)
        // If the network failed, the server may not have noticed the end of the last connection.
        _ = try HungSessions.end(on: &connection, until: deadline)
        var marker = marker
        let fate = try EpochFence.raise(for: &marker, on: &connection, until: deadline)
        if fate == .inDoubt { marker = try InstanceRow.claim(on: &connection, at: now, until: deadline).marker }
        try connection.prepare(
            [CommitMarker.note] + BatchQuery.statements + BatchStatements.all, until: deadline)
        var feedStart: ChangeID?
        if let lastChange {
            feedStart = try ChangeFeedRow.next(after: lastChange, on: &connection, until: deadline)
        }
        let highest = try connection.run(highestOrderQuery, until: deadline) {
            (rows: borrowing ResultSet) throws(PostgresError) in
            try rows.first { (row: borrowing Row) throws(PostgresError) in try row.integer(0) }
        }
        return WriteConnection(
            connection: connection, marker: marker, fate: fate, feedStart: feedStart,
            highestOrder: OrderID(rawValue: highest ?? 0), point: point)
    }
}

/// An attempt to connect, on a thread of its own.
///
/// It takes up to five seconds, and meanwhile the lane has to answer the callers whose time is over.
final class ConnectionAttempt: Sendable {
    private let result: Result
    /// `nil` if there was none to be had, and the attempt has failed.
    private let thread: Thread?

    /// The time for trying all hosts and for the first statements.
    private static let milliseconds = 5_000

    private final class Result: Sendable {
        let connection = Mutex<WriteConnection?>(nil)
        let error = Mutex<PostgresError?>(nil)
        let isFinished = Atomic<Bool>(false)
    }

    /// - Parameter onEnd: called at the end of the attempt, on its thread.
    init(
        _ connector: StoreConnector, after marker: CommitMarker, _ lastChange: ChangeID?, at now: Timestamp,
        startThread: Thread.Start = Thread.start, onEnd: @escaping @Sendable () -> Void
    ) {
        let result = Result()
        self.result = result
        do throws(SystemError) {
            thread = try startThread("connect") {
                do throws(PostgresError) {
                    // Nothing else takes the lock before this thread ends.
                    try result.connection.withLock { connection throws(PostgresError) in
                        connection = try WriteConnection.open(
                            connector, after: marker, lastChange, at: now,
                            until: .after(milliseconds: Self.milliseconds))
                    }
                } catch {
                    result.error.withLock { $0 = error }
                }
                result.isFinished.store(true, ordering: .sequentiallyConsistent)
                onEnd()
            }
        } catch {
            thread = nil
            result.error.withLock { $0 = PostgresError(.unreachable(nil), "no thread can connect: \(error)") }
            result.isFinished.store(true, ordering: .sequentiallyConsistent)
        }
    }

    var isFinished: Bool { result.isFinished.load(ordering: .sequentiallyConsistent) }

    /// Waits for the end of the attempt, and returns the connection. Called once.
    func finish() throws(PostgresError) -> WriteConnection {
        thread?.join()
        let connection = result.connection.withLock { $0.take() }
        guard let connection else {
            throw result.error.withLock { $0 } ?? PostgresError(.connectionLost, "the attempt gave no connection")
        }
        return connection
    }
}
