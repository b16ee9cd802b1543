import Loyalty
import Posix
import Postgres
import Storage

/// The reads of one event loop. Those that begin in a turn travel together when it ends.
///
/// It is confined to the loop's thread, on which each task that reads runs. So ``endBatch()`` follows every read: the
/// loop calls it at the end of each turn, whether the turn answers requests or resumes tasks.
final class TurnReads {
    private let lane: ReadLane
    private var thread: ThreadIdentity?
    private var sessions = KeyedReads<SessionID, OpenSession?>(ReadStatements.sessions, absent: nil) {
        ids, parameters in
        parameters.add(array: ids.map(\.bytes))
    } value: { (row: borrowing Row) throws(PostgresError) in
        OpenSession(
            user: UserID(rawValue: try row.integer(1)), expiresAt: Timestamp(milliseconds: try row.integer(2)),
            revision: Revision(rawValue: UInt64(bitPattern: try row.integer(3))),
            balance: Balance(
                current: Points(hundredths: try row.integer(4)), withdrawn: Points(hundredths: try row.integer(5))))
    }
    // Every user has a row, unless the database was damaged.
    private var balances = KeyedReads<UserID, Balance>(
        ReadStatements.balances, absent: Balance(current: .zero, withdrawn: .zero)
    ) { users, parameters in
        parameters.add(array: users.map(\.rawValue))
    } value: { (row: borrowing Row) throws(PostgresError) in
        Balance(
            current: Points(hundredths: try row.integer(1)), withdrawn: Points(hundredths: try row.integer(2)))
    }
    private var others: [LaneRead] = []

    init(_ lane: ReadLane) {
        self.lane = lane
    }

    // MARK: - Reading

    func session(_ id: SessionID) async throws(LoyaltyError) -> OpenSession? {
        try await answer { reads, task in reads.sessions.append(id, for: task) }
    }

    func balance(of user: UserID) async throws(LoyaltyError) -> Balance {
        try await answer { reads, task in reads.balances.append(user, for: task) }
    }

    /// Runs a prepared statement of ``ReadStatements``.
    ///
    /// - Parameter list: `nil` if the statement reads a row or a few.
    func rows<Value: Sendable>(
        of statement: PreparedStatement, _ parameters: Parameters, list: ListPart? = nil,
        read: @escaping @Sendable (borrowing ResultSet) throws(PostgresError) -> Value
    ) async throws(LoyaltyError) -> Value {
        try await answer { reads, task in
            reads.others.append(.pipelined(StatementRead(statement, parameters, list: list, for: task, read: read)))
        }
    }

    /// Runs the statements of a rare read.
    ///
    /// - Parameter isSnapshot: true if it has several statements that are to see one state of the database.
    func read<Value: Sendable>(
        isSnapshot: Bool = false, _ body: @escaping @Sendable (PostgresSession) throws(PostgresError) -> Value
    ) async throws(LoyaltyError) -> Value {
        try await answer { reads, task in
            reads.others.append(.session(SessionRead(isSnapshot: isSnapshot, for: task, body: body)))
        }
    }

    private func answer<Value: Sendable>(
        _ begin: (TurnReads, Resumption<Result<Value, LoyaltyError>>) -> Void
    ) async throws(LoyaltyError) -> Value {
        assertThread()
        guard count + lane.waitingCount < ReadLane.waitingMax else { throw ReadInbox.refusal }
        let result = await Resumption<Result<Value, LoyaltyError>>.suspend { task in begin(self, task) }
        return try result.get()
    }

    // MARK: - Ends

    /// Hands over the reads that have begun since the last call.
    func endBatch() {
        assertThread()
        guard count > 0 else { return }
        lane.put(take())
    }

    /// Closes the connection, on the loop's thread or after the end of that thread.
    func close() {
        for read in take() { read.refuse(ReadInbox.refusal) }
        lane.stop()
    }

    private var count: Int { sessions.count + balances.count + others.count }

    private func take() -> [LaneRead] {
        var reads: [LaneRead] = []
        if sessions.count > 0 { reads.append(.pipelined(sessions.take())) }
        if balances.count > 0 { reads.append(.pipelined(balances.take())) }
        reads += others
        others.removeAll(keepingCapacity: true)
        return reads
    }

    private func assertThread() {
        guard let thread else {
            thread = .current
            return
        }
        precondition(thread.isCurrent, "the reads of an event loop must stay on its thread")
    }
}
