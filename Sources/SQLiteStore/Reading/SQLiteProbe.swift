import Eventual
import Loyalty
import Posix
import SQLite
import Storage

/// The ``StoreProbe`` of a database. It is confined to the thread that uses it first.
final class SQLiteProbe: StoreProbe {
    private let reader: Reader
    private let clock: WallClock
    private var sessions: KeptCount?
    private var unfinishedOrders: KeptCount?

    private typealias KeptCount = (count: Int, countedAgainAt: Int64)

    /// Counting reads an index entry for each session or order, a million in some tens of milliseconds, so it takes at
    /// most a twentieth of the time.
    private static let restPerCount: Int64 = 19
    private static let restMillisecondsMin: Int64 = 1_000
    private static let restMillisecondsMax: Int64 = 60_000

    init(reader: Reader, clock: @escaping WallClock) {
        self.reader = reader
        self.clock = clock
    }

    var isReadable: Bool {
        do throws(LoyaltyError) {
            try reader.read { (database) throws(SQLiteError) in
                _ = try database.first("SELECT 1 FROM users LIMIT 1") { $0.integer(0) }
            }
            return true
        } catch {
            return false
        }
    }

    var sessionCount: Int? {
        count(keptIn: \.sessions) { (database, now) throws(SQLiteError) in
            try database.first("SELECT count(*) FROM sessions WHERE expires_at > ?", now.milliseconds) {
                $0.integer(0)
            }
        }
    }

    var unfinishedOrderCount: Int? {
        count(keptIn: \.unfinishedOrders) { (database, _) throws(SQLiteError) in
            try database.first(
                "SELECT count(*) FROM orders INDEXED BY orders_unfinished_by_user WHERE status < 2"
            ) { $0.integer(0) }
        }
    }

    private func count(
        keptIn path: ReferenceWritableKeyPath<SQLiteProbe, KeptCount?>,
        _ read: (Database, Timestamp) throws(SQLiteError) -> Int64?
    ) -> Int? {
        let began = SystemClock.monotonicMilliseconds()
        if let kept = self[keyPath: path], began < kept.countedAgainAt { return kept.count }
        do throws(LoyaltyError) {
            let now = clock()
            let found = try reader.read { (database) throws(SQLiteError) in try read(database, now) }
            guard let count = found.map({ Int($0) }) else { return nil }
            let ended = SystemClock.monotonicMilliseconds()
            let rest = max(Self.restPerCount * (ended - began), Self.restMillisecondsMin)
            self[keyPath: path] = (count, ended + min(rest, Self.restMillisecondsMax))
            return count
        } catch {
            return nil
        }
    }

    func endBatch() { reader.endBatch() }

    func close() { reader.close() }
}
