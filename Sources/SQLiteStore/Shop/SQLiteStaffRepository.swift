import Eventual
import Loyalty
import SQLite
import SharedStore
import Storage

/// The ``StaffRepository`` of one event loop: its own connection to read, the shared ``Writer`` to write. It is used on
/// the loop's thread alone.
final class SQLiteStaffRepository: StaffRepository {
    let reader: Reader
    private let writer: Writer

    init(reader: Reader, writer: Writer) {
        self.reader = reader
        self.writer = writer
    }

    /// Ends the transaction that the reads since the last call share; see ``Reader/endBatch()``.
    func endBatch() {
        reader.endBatch()
    }

    /// Closes the reading connection, on its thread or after the end of that thread. The store must still be running.
    func close() {
        reader.close()
    }

    func apply(
        _ change: ShopChange, by actor: Actor, request: IdempotentRequest?, at now: Timestamp
    ) async throws(LoyaltyError) -> AppliedChange {
        try await write { transaction throws(SQLiteError) in
            try transaction.apply(change, by: actor, request: request, at: now)
        }
    }

    func read<Value>(
        _ body: (SQLiteSession) throws(SQLiteError) -> Value
    ) throws(LoyaltyError) -> Eventual<Value, LoyaltyError> {
        .now(try reader.read { database throws(SQLiteError) in try body(database.shared) })
    }

    /// Writes, and then ends the snapshot of the batch's earlier reads: a client that has its acknowledgement must find
    /// its write.
    private func write<Value: Sendable>(
        _ operation: @escaping @Sendable (WriteTransaction) throws(SQLiteError) -> Value
    ) async throws(LoyaltyError) -> Value {
        let value = try await writer.perform(operation)
        reader.endBatch()
        return value
    }
}

extension SQLiteStaffRepository {
    func session(_ id: SessionID) throws(LoyaltyError) -> Eventual<StaffSession?, LoyaltyError> {
        try read { shared throws(SQLiteError) in try shared.staffSession(id) }
    }

    func key(_ id: SessionID) throws(LoyaltyError) -> Eventual<StaffAccount?, LoyaltyError> {
        try read { shared throws(SQLiteError) in try shared.key(id) }
    }

    func credentials(of name: StaffName) throws(LoyaltyError) -> Eventual<StaffCredentials?, LoyaltyError> {
        try read { shared throws(SQLiteError) in try shared.credentials(of: name) }
    }

    func addSession(
        _ session: NewSession, of credentials: StaffCredentials, from address: String, at now: Timestamp
    ) async throws(LoyaltyError) {
        let isAdded = try await write { transaction throws(SQLiteError) in
            try transaction.addSession(session, of: credentials, from: address, at: now)
        }
        guard isAdded else { throw .wrongCredentials }
    }

    func removeSession(_ id: SessionID, from address: String, at now: Timestamp) async throws(LoyaltyError) {
        try await write { transaction throws(SQLiteError) in
            try transaction.removeStaffSession(id, from: address, at: now)
        }
    }

    func changePassword(
        of credentials: StaffCredentials, to hash: PasswordHash, keeping session: SessionID, from address: String,
        at now: Timestamp
    ) async throws(LoyaltyError) {
        let isChanged = try await write { transaction throws(SQLiteError) in
            try transaction.changePassword(of: credentials, to: hash, keeping: session, from: address, at: now)
        }
        guard isChanged else { throw .wrongCurrentPassword }
    }

    func noteUse(of staff: StaffID, at now: Timestamp) async throws(LoyaltyError) {
        try await write { transaction throws(SQLiteError) in try transaction.noteUse(of: staff, at: now) }
    }
}
