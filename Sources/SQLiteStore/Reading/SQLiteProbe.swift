import Eventual
import Loyalty
import SQLite
import Storage

/// The ``StoreProbe`` of a database. It is confined to the thread that uses it first.
final class SQLiteProbe: StoreProbe {
    private let reader: Reader
    private let clock: WallClock
    private var sessions: KeptCount?
    private var unfinishedOrders: KeptCount?

    private typealias KeptCount = (count: Int, countedAt: Timestamp)

    /// The age at which counts are renewed. Counting reads an index entry for each session or order, a million in some
    /// tens of milliseconds.
    private static let countedAgainAfterMilliseconds: Int64 = 60_000

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
        let now = clock()
        if let kept = self[keyPath: path],
            (0..<Self.countedAgainAfterMilliseconds).contains(now.milliseconds - kept.countedAt.milliseconds)
        {
            return kept.count
        }
        do throws(LoyaltyError) {
            let count = try reader.read { (database) throws(SQLiteError) in try read(database, now) }
            self[keyPath: path] = count.map { (Int($0), now) }
            return count.map { Int($0) }
        } catch {
            return nil
        }
    }

    func endBatch() { reader.endBatch() }

    func close() { reader.close() }
}
