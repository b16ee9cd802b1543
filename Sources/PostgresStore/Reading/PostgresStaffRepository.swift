import Eventual
import Loyalty
import Posix
import Postgres
import SharedStore
import Storage

/// The ``Storage/StaffRepository`` of one event loop: its own connection to read, the shared ``WriteLane`` to write. It
/// is used on the loop's thread alone.
final class PostgresStaffRepository: StaffRepository {
    private enum Source {
        case loop(TurnReads)
        /// The statements run at once, in a transaction of the caller's.
        case session(PostgresSession)
    }

    private let source: Source
    private let writes: WriteLane
    /// The error of the last read; `nil` if it succeeded, or if its result comes later.
    private(set) var failure: PostgresError?

    init(lane: ReadLane, writes: WriteLane) {
        (source, self.writes) = (.loop(TurnReads(lane)), writes)
    }

    /// Makes a repository that reads in the transaction of a session, which the caller begins and ends. Its results are
    /// there at once.
    init(_ session: PostgresSession, writes: WriteLane) {
        (source, self.writes) = (.session(session), writes)
    }

    /// Hands over the reads that have begun in this turn; see ``TurnReads/endBatch()``.
    func endBatch() {
        if case .loop(let reads) = source { reads.endBatch() }
    }

    func close() {
        if case .loop(let reads) = source { reads.close() }
    }

    /// Reads by statements that all engines share.
    ///
    /// - Parameter isSnapshot: true if there are several.
    func read<Value: Sendable>(
        isSnapshot: Bool = false, _ body: @escaping @Sendable (PostgresSession) throws(PostgresError) -> Value
    ) throws(LoyaltyError) -> Eventual<Value, LoyaltyError> {
        switch source {
        case .loop(let reads):
            return .later { () async throws(LoyaltyError) in try await reads.read(isSnapshot: isSnapshot, body) }
        case .session(let session):
            do throws(PostgresError) {
                failure = nil
                return .now(try body(session))
            } catch {
                failure = error
                throw error.refusalOfRead
            }
        }
    }

    func apply(
        _ change: ShopChange, by actor: Actor, request: IdempotentRequest?, at now: Timestamp
    ) async throws(LoyaltyError) -> AppliedChange {
        try await writes.converse(isExclusive: true) { transaction throws(PostgresError) in
            try transaction.apply(change, by: actor, request: request, at: now)
        }
    }
}

// MARK: - Sign-in

extension PostgresStaffRepository {
    func session(_ id: SessionID) throws(LoyaltyError) -> Eventual<StaffSession?, LoyaltyError> {
        try read { session throws(PostgresError) in try session.staffSession(id) }
    }

    func key(_ id: SessionID) throws(LoyaltyError) -> Eventual<StaffAccount?, LoyaltyError> {
        try read { session throws(PostgresError) in try session.key(id) }
    }

    func credentials(of name: StaffName) throws(LoyaltyError) -> Eventual<StaffCredentials?, LoyaltyError> {
        try read { session throws(PostgresError) in try session.credentials(of: name) }
    }

    // These are exclusive as the owner's changes of the staff are, so that a session that is just being opened does not
    // outlive the change of its password.

    func addSession(
        _ session: NewSession, of credentials: StaffCredentials, from address: String, at now: Timestamp
    ) async throws(LoyaltyError) {
        let isAdded = try await writes.converse(isExclusive: true) { transaction throws(PostgresError) in
            try transaction.addSession(session, of: credentials, from: address, at: now)
        }
        guard isAdded else { throw .wrongCredentials }
    }

    func removeSession(_ id: SessionID, from address: String, at now: Timestamp) async throws(LoyaltyError) {
        try await writes.converse(isExclusive: true) { transaction throws(PostgresError) in
            try transaction.removeStaffSession(id, from: address, at: now)
        }
    }

    func changePassword(
        of credentials: StaffCredentials, to hash: PasswordHash, keeping session: SessionID, from address: String,
        at now: Timestamp
    ) async throws(LoyaltyError) {
        let isChanged = try await writes.converse(isExclusive: true) { transaction throws(PostgresError) in
            try transaction.changePassword(of: credentials, to: hash, keeping: session, from: address, at: now)
        }
        guard isChanged else { throw .wrongCurrentPassword }
    }

    func noteUse(of staff: StaffID, at now: Timestamp) async throws(LoyaltyError) {
        try await writes.converse { transaction throws(PostgresError) in try transaction.noteUse(of: staff, at: now) }
    }
}
