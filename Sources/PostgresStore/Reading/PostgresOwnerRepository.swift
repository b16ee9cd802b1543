import Eventual
import Loyalty
import Posix
import Postgres
import SharedStore
import Storage

/// The ``Storage/OwnerRepository`` of a database: it reads through a connection of its own and writes through the
/// ``WriteLane``. It belongs to one thread at a time, which it blocks.
final class PostgresOwnerRepository: OwnerRepository {
    /// A read of all tables may take minutes in a database with billions of rows.
    private static let readMilliseconds = 600_000
    /// The kinds of hashes are read on one of the few threads by which everybody signs in. A server without other work
    /// reads some million users in this time.
    private static let hashKindsMilliseconds = 5_000

    let engine: StoreEngine
    let cancellation: Cancellation
    private let reader: BlockingReader
    private let writes: WriteLane
    private let clock: WallClock
    private let watch: CancellationWatch

    /// - Parameter cancellation: ends reads that take long.
    init(
        connector: StoreConnector, writes: WriteLane, engine: StoreEngine, clock: @escaping WallClock,
        cancellation: Cancellation
    ) throws(StoreError) {
        (self.writes, self.engine, self.clock, self.cancellation) = (writes, engine, clock, cancellation)
        reader = BlockingReader(
            connector: connector, purpose: .owner, withinMilliseconds: Self.readMilliseconds)
        do throws(PostgresError) {
            watch = try CancellationWatch(cancellation)
        } catch {
            throw StoreError("The database can't be read: \(error).")
        }
        reader.watch = watch
    }

    func close() {
        watch.stop()
        reader.close()
    }

    var size: StoreSize {
        let bytes = try? reader.read { session throws(PostgresError) in
            try session.first("SELECT pg_database_size(current_database())") { row in row.integer(0) }
        }
        // The server's log belongs to all of its databases.
        return StoreSize(bytes: (bytes ?? nil) ?? 0, logBytes: 0)
    }

    /// Runs the statements of a read as a transaction.
    ///
    /// - Parameters:
    ///   - isSnapshot: true if they are to see one state of the database.
    ///   - milliseconds: the time in which the read is answered or fails; `nil` for that of a read of all tables.
    func read<Value>(
        isSnapshot: Bool = false, withinMilliseconds milliseconds: Int? = nil,
        _ body: (PostgresSession) throws(PostgresError) -> Value
    ) throws(StoreError) -> Value {
        guard !cancellation.isCancelled else { throw StoreError("The server stops.") }
        do throws(PostgresError) {
            return try reader.read(isSnapshot: isSnapshot, withinMilliseconds: milliseconds, body)
        } catch {
            throw StoreError(cancellation.isCancelled ? "The server stops." : "The database can't be read: \(error).")
        }
    }

    func readAsStaff<Value>(
        _ body: (any StaffRepository) throws(LoyaltyError) -> Eventual<Value, LoyaltyError>
    ) throws(StoreError) -> Value {
        try read(isSnapshot: true) { [writes] session throws(PostgresError) in
            let staff = PostgresStaffRepository(session, writes: writes)
            do throws(LoyaltyError) {
                if case .now(let value) = try body(staff) { return value }
            } catch {
                throw staff.failure ?? .badValue("a result")
            }
            preconditionFailure("a read in a transaction must have its result at once")
        }
    }

    /// Runs an operation in a transaction of its own. It is durable when this returns.
    ///
    /// - Parameter evidence: the command that shows if the operation was done; `nil` if there is none.
    func write<Value: Sendable>(
        isExclusive: Bool = false, evidence: String? = nil,
        _ operation:
            @escaping @Sendable (_ transaction: PostgresTransaction, _ now: Timestamp) throws(PostgresError) -> Value
    ) throws(StoreError) -> Value {
        let now = clock()
        do throws(LoyaltyError) {
            return try writes.converseAndWait(isExclusive: isExclusive) { transaction throws(PostgresError) in
                try operation(transaction, now)
            }
        } catch {
            switch error {
            case .overloaded, .unavailable: throw StoreError("The database takes no writes now; nothing was changed.")
            case .inDoubt:
                // A commit that waits for a standby is not seen before the standby has it.
                let look = evidence.map { "Look with \($0)" } ?? "Look"
                throw StoreError(
                    "It is unknown whether the change was made. \(look) before you repeat it, once the database takes "
                        + "writes again.")
            default: throw StoreError("The database could not be written; the log says more.")
            }
        }
    }
}

extension PostgresOwnerRepository {
    func users(after user: UserID?, limit: Int) throws(StoreError) -> [UserAccount] {
        try read { session throws(PostgresError) in try session.users(after: user, limit: limit) }
    }

    func user(_ user: UserSelector, entries limit: Int) throws(StoreError) -> UserDetails? {
        try read(isSnapshot: true) { session throws(PostgresError) in try session.details(of: user, entries: limit) }
    }

    func use(of number: OrderNumber) throws(StoreError) -> NumberUse {
        try read(isSnapshot: true) { session throws(PostgresError) in try session.use(of: number) }
    }

    func apply(_ change: ShopChange, by actor: Actor) throws(StoreError) -> ShopChangeResult {
        // The transaction of a change records it, too.
        let applied = try write(isExclusive: true, evidence: "martlet actions") {
            transaction, now throws(PostgresError) in
            try transaction.apply(change, by: actor, request: nil, at: now)
        }
        guard case .now(let result) = applied else {
            preconditionFailure("a change without a key must be made now")
        }
        return result
    }

    func staff() throws(StoreError) -> [StaffAccount] {
        try read { session throws(PostgresError) in try session.staff() }
    }

    func actions(before action: Int64?, limit: Int) throws(StoreError) -> [StaffAction] {
        try read { session throws(PostgresError) in try session.actions(before: action ?? .max, limit: Int64(limit)) }
    }

    func facts(of number: OrderNumber) throws(StoreError) -> NumberFacts {
        try read(isSnapshot: true) { session throws(PostgresError) in try session.facts(of: number) }
    }

    func rules() throws(StoreError) -> [RewardRule] {
        try read { session throws(PostgresError) in try session.rules() }
    }

    func isRegistrationOpen() throws(StoreError) -> Bool? {
        try read { session throws(PostgresError) in try session.isRegistrationOpen() }
    }

    func leadersReport() throws(StoreError) -> LeadersReport? {
        try read { session throws(PostgresError) in try session.leadersReport() }
    }

    func noteRestoredState() throws(StoreError) -> Bool {
        let history = Int64.random(in: 1 ... .max)
        return try write { transaction, _ throws(PostgresError) in
            try transaction.run(
                """
                UPDATE shop SET history = ?1, feeds = (feeds + ?2) % ?3, written_by = txid_current() % 4294967296
                """, history, ChangeFeedRow.lostMax, ChangeFeedRow.countMax) == 1
        }
    }

    func passwordHashKinds(otherThan kind: PasswordHash.Kind) throws(StoreError) -> Set<PasswordHash.Kind> {
        try read(withinMilliseconds: Self.hashKindsMilliseconds) { session throws(PostgresError) in
            // The server does not notice that the caller is gone, and the next one begins another scan. The setting
            // ends with the transaction.
            _ = try session.first("SELECT set_config('statement_timeout', ?, true)", "\(Self.hashKindsMilliseconds)") {
                row in row.text(0)
            }
            return try session.passwordHashKinds(otherThan: kind)
        }
    }

    /// Reads all of the tables, in one state of the database.
    func statistics() throws(StoreError) -> Statistics {
        try read(isSnapshot: true) { session throws(PostgresError) in try session.statistics() }
    }
}
