import Posix
import Postgres

/// Reads on the calling thread, which blocks. The connection is made when it is needed.
///
/// A read whose connection ends is tried once more on the next one, since it changes nothing. A reader is used by one
/// thread at a time.
final class BlockingReader {
    /// The usual limit of the time for connecting. A cancellation does not end it.
    static let connectMilliseconds = 10_000

    private let connector: StoreConnector
    private let purpose: StoreConnector.Purpose
    private let milliseconds: Int
    private let connectMilliseconds: Int
    /// `nil` without a connection.
    private var session: PostgresSession?
    /// The timeline of the connection's server.
    private var timeline: LatestTimeline.Point?
    private var isClosed = false

    /// - Parameters:
    ///   - milliseconds: the time in which a read is answered or fails.
    ///   - connectMilliseconds: the longest time of connecting, which is a part of that time.
    init(
        connector: StoreConnector, purpose: StoreConnector.Purpose = .serving,
        withinMilliseconds milliseconds: Int = ReadLane.deadlineMilliseconds,
        connectingWithinMilliseconds connectMilliseconds: Int = BlockingReader.connectMilliseconds
    ) {
        (self.connector, self.purpose, self.milliseconds) = (connector, purpose, milliseconds)
        self.connectMilliseconds = connectMilliseconds
    }

    /// Ends reads that are cancelled; `nil` if reads can't be cancelled.
    var watch: CancellationWatch?

    /// Runs the statements of a read as a transaction.
    ///
    /// - Parameters:
    ///   - isSnapshot: true if it has several statements that are to see one state of the database.
    ///   - shorter: the time in which this read is answered or fails; `nil` for that of the reader.
    ///   - body: may be called twice.
    func read<Value>(
        isSnapshot: Bool = false, withinMilliseconds shorter: Int? = nil,
        _ body: (PostgresSession) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        let deadline = Deadline.after(milliseconds: shorter ?? milliseconds)
        let hadSession = session != nil
        do throws(PostgresError) {
            return try readOnce(isSnapshot: isSnapshot, until: deadline, body)
        } catch {
            let isCancelled = watch?.isCancelled ?? false
            guard error.isEndOfConnection, hadSession, !isClosed, !isCancelled, !deadline.hasPassed else { throw error }
        }
        return try readOnce(isSnapshot: isSnapshot, until: deadline, body)
    }

    private func readOnce<Value>(
        isSnapshot: Bool, until deadline: Deadline, _ body: (PostgresSession) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        do throws(PostgresError) {
            let session = try openSession(until: deadline)
            session.deadline = deadline
            return try session.read(isSnapshot: isSnapshot, body)
        } catch {
            if error.isEndOfConnection { session = nil }
            throw error
        }
    }

    /// The session; connects if there is none, or if its server has a successor.
    private func openSession(until deadline: Deadline) throws(PostgresError) -> PostgresSession {
        if let session, let timeline, connector.latestTimeline.isLatest(timeline) { return session }
        session = nil
        guard !isClosed else { throw PostgresError(.connectionLost, "the reader is closed") }
        let soon = Deadline.after(milliseconds: connectMilliseconds).orEarlier(deadline)
        var connection = try connector.connect(purpose, until: soon, at: &timeline)
        try watch?.watch(&connection)
        let session = PostgresSession(connection, until: deadline)
        self.session = session
        return session
    }

    /// Closes the connection. A read that follows fails.
    func close() {
        session = nil
        isClosed = true
    }
}
