import Eventual
import Loyalty
import Posix
import SQLite
import SharedStore
import Storage

/// The ``OwnerRepository`` of a database file: it reads through a connection of its own and writes through the writer.
final class SQLiteOwnerRepository: OwnerRepository {
    private let database: Database
    private let writer: Writer
    /// Reads through the same connection.
    private let staffRepository: SQLiteStaffRepository
    private let path: String
    private let clock: WallClock
    let cancellation: Cancellation

    /// - Parameters:
    ///   - path: the database's file.
    ///   - revisions: those of the writer.
    ///   - cancellation: has statements that take long fail.
    init(
        database: Database, writer: Writer, path: String, revisions: UserRevisions, clock: @escaping WallClock,
        cancellation: Cancellation
    ) {
        database.interruptStatements { cancellation.isCancelled }
        self.database = database
        self.writer = writer
        // The command reports an error of a read, so that the log need not.
        let reader = Reader(database: database, revisions: revisions, log: Log { _, _ in })
        staffRepository = SQLiteStaffRepository(reader: reader, writer: writer)
        self.path = path
        self.clock = clock
        self.cancellation = cancellation
    }

    func leadersReport() -> LeadersReport? { nil }

    func noteRestoredState() -> Bool { false }

    var engine: StoreEngine { LoyaltyStore.engine }

    var size: StoreSize { StoreSize(ofDatabase: path) }

    func close() {
        database.close()
    }

    func read<Value>(_ body: (Database) throws(SQLiteError) -> Value) throws(StoreError) -> Value {
        do throws(SQLiteError) {
            return try body(database)
        } catch {
            throw Self.failure(error)
        }
    }

    func readAsStaff<Value>(
        _ body: (any StaffRepository) throws(LoyaltyError) -> Eventual<Value, LoyaltyError>
    ) throws(StoreError) -> Value {
        defer { staffRepository.endBatch() }
        do throws(LoyaltyError) {
            if case .now(let value) = try body(staffRepository) { return value }
        } catch {
            throw staffRepository.reader.failure.map { Self.failure($0) }
                ?? StoreError("The database can't be read now.")
        }
        preconditionFailure("a read of a file must have its result at once")
    }

    private static func failure(_ error: SQLiteError) -> StoreError {
        StoreError(
            error.isInterrupted ? "The server stops." : "The database can't be read: \(error).",
            isDamage: error.isDamage)
    }

    /// Runs an operation as one of the writer's. It is durable when this returns.
    func write<Value: Sendable>(
        _ operation:
            @escaping @Sendable (_ transaction: WriteTransaction, _ now: Timestamp) throws(SQLiteError) -> Value
    ) throws(StoreError) -> Value {
        let now = clock()
        do throws(LoyaltyError) {
            return try writer.performAndWait { transaction throws(SQLiteError) in try operation(transaction, now) }
        } catch {
            switch error {
            case .overloaded, .unavailable: throw StoreError("The database takes no writes now; nothing was changed.")
            default: throw StoreError("The database could not be written; the log says more.")
            }
        }
    }
}

extension SQLiteOwnerRepository {
    func apply(_ change: ShopChange, by actor: Actor) throws(StoreError) -> ShopChangeResult {
        let applied = try write { transaction, now throws(SQLiteError) in
            try transaction.apply(change, by: actor, request: nil, at: now)
        }
        guard case .now(let result) = applied else {
            preconditionFailure("a change without a key must be made now")
        }
        return result
    }

    func staff() throws(StoreError) -> [StaffAccount] {
        try read { database throws(SQLiteError) in try database.shared.staff() }
    }

    func actions(before action: Int64?, limit: Int) throws(StoreError) -> [StaffAction] {
        try read { database throws(SQLiteError) in
            try database.shared.actions(before: action ?? .max, limit: Int64(limit))
        }
    }

    func facts(of number: OrderNumber) throws(StoreError) -> NumberFacts {
        try read { database throws(SQLiteError) in try database.shared.facts(of: number) }
    }

    func rules() throws(StoreError) -> [RewardRule] {
        try read { database throws(SQLiteError) in try database.shared.rules() }
    }

    func isRegistrationOpen() throws(StoreError) -> Bool? {
        try read { database throws(SQLiteError) in try database.shared.isRegistrationOpen() }
    }
}
