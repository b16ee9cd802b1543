import Loyalty
import Posix
import Postgres
import SharedStore
import Storage
import Synchronization

/// The ``Storage/StoreProbe`` of a database. A thread of its own asks the database again and again, so that the loop
/// that is asked about health never waits for it.
final class PostgresProbe: StoreProbe {
    private let state = ProbeState()
    private let stopped: BlockingQueue<Bool>
    private let thread: Thread

    /// - Parameter size: is told the size of the database.
    init(connector: StoreConnector, size: DatabaseSize, clock: @escaping WallClock, log: Log) {
        let stopped = BlockingQueue<Bool>(capacity: 1)
        self.stopped = stopped
        thread = Thread(name: "probe") { [state] in
            let loop = ProbeLoop(connector: connector, clock: clock, state: state, size: size, log: log)
            repeat {
                loop.look()
            } while stopped.takeSeveral(limit: 1, withinMilliseconds: ProbeLoop.pauseMilliseconds) != nil
            loop.close()
        }
    }

    var isReadable: Bool { state.current.isReadable }

    var sessionCount: Int? { state.current.counts?.sessions }

    var unfinishedOrderCount: Int? { state.current.counts?.unfinishedOrders }

    func endBatch() {}

    func close() {
        stopped.close()
        thread.join()
    }
}

/// The result of the last look at a database.
private final class ProbeState: Sendable {
    struct Counts: Sendable {
        let sessions: Int
        let unfinishedOrders: Int
        let countedAt: Int64
    }

    /// Until the first look, the database is taken for readable: the store was opened right before.
    struct Look: Sendable {
        var isReadable = true
        var lookedAt = SystemClock.monotonicMilliseconds()
        var counts: Counts?
    }

    /// A look that lasts longer than this has found a database that can't be read.
    private static let lookLifetimeMilliseconds = Int64(ProbeLoop.pauseMilliseconds + 2 * ReadLane.deadlineMilliseconds)
    private static let countsLifetimeMilliseconds: Int64 = 60_000

    private let look = Mutex(Look())

    /// The last look, without parts that are too old.
    var current: Look {
        let now = SystemClock.monotonicMilliseconds()
        var look = look.withLock { $0 }
        if now - look.lookedAt > Self.lookLifetimeMilliseconds { look.isReadable = false }
        if let counts = look.counts, now - counts.countedAt > Self.countsLifetimeMilliseconds { look.counts = nil }
        return look
    }

    func note(isReadable: Bool) {
        let now = SystemClock.monotonicMilliseconds()
        look.withLock { ($0.isReadable, $0.lookedAt) = (isReadable, now) }
    }

    func note(_ counts: Counts) {
        look.withLock { $0.counts = counts }
    }
}

/// The work of the probe's thread.
private final class ProbeLoop {
    static let pauseMilliseconds = 1_000
    /// Counting reads an index entry for each session or order, so it takes at most a twentieth of the time. The counts
    /// are renewed well before they are too old.
    private static let restPerCount: Int64 = 19
    private static let restMillisecondsMax: Int64 = 30_000

    private let reader: BlockingReader
    private let clock: WallClock
    private let state: ProbeState
    private var failures: FailureLog
    private var isCountedAgainAt = Int64.min
    private let size: DatabaseSize

    init(
        connector: StoreConnector, clock: @escaping WallClock, state: ProbeState, size: DatabaseSize, log: Log
    ) {
        reader = BlockingReader(connector: connector)
        (self.clock, self.state, self.size) = (clock, state, size)
        failures = FailureLog(log)
    }

    func look() {
        do throws(PostgresError) {
            _ = try reader.read { session throws(PostgresError) in
                try session.first("SELECT 1 FROM users LIMIT 1") { row in row.integer(0) }
            }
            failures.noteConnection()
            state.note(isReadable: true)
        } catch {
            failures.note(error)
            state.note(isReadable: false)
            return
        }
        let now = SystemClock.monotonicMilliseconds()
        guard now >= isCountedAgainAt else { return }
        var rest = Self.restMillisecondsMax
        do throws(PostgresError) {
            state.note(try count(at: now))
            size.note(try measure(), at: now)
            rest = min(rest, Self.restPerCount * (SystemClock.monotonicMilliseconds() - now))
        } catch {
            // A count that fails is not tried again at once, because it may be what the server takes too long for.
            failures.note(error)
        }
        isCountedAgainAt = SystemClock.monotonicMilliseconds() + rest
    }

    /// The server asks its file system for the length of each file.
    private func measure() throws(PostgresError) -> Int64 {
        let bytes = try reader.read { session throws(PostgresError) in
            try session.first("SELECT pg_database_size(current_database())") { row in row.integer(0) }
        }
        return bytes ?? 0
    }

    private func count(at now: Int64) throws(PostgresError) -> ProbeState.Counts {
        let time = clock()
        let sessions = try reader.read { session throws(PostgresError) in
            try session.first("SELECT count(*) FROM sessions WHERE expires_at > ?", time.milliseconds) { row in
                row.integer(0)
            }
        }
        let orders = try reader.read { session throws(PostgresError) in
            try session.first("SELECT count(*) FROM orders WHERE status < 2") { row in row.integer(0) }
        }
        return ProbeState.Counts(
            sessions: Int(sessions ?? 0), unfinishedOrders: Int(orders ?? 0), countedAt: now)
    }

    func close() {
        reader.close()
    }
}
