import Loyalty
import SQLite

/// A look into the database for whoever watches over the server. Confined to the thread that uses it first.
package final class StoreProbe {
    private let reader: Reader
    private let clock: WallClock
    private var sessions: (count: Int, countedAt: Timestamp)?

    /// Counting reads an index entry for each session, a million in some tens of milliseconds.
    private static let sessionsCountedAgainAfterMilliseconds: Int64 = 60_000

    init(reader: Reader, clock: @escaping WallClock) {
        self.reader = reader
        self.clock = clock
    }

    /// Whether the database can be read.
    package var isReadable: Bool {
        do throws(LoyaltyError) {
            try reader.read { (database) throws(SQLiteError) in
                _ = try database.first("SELECT 1 FROM users LIMIT 1") { $0.integer(0) }
            }
            return true
        } catch {
            return false
        }
    }

    /// Sessions that have not expired, as they were counted a minute ago at most; nil where they can't be.
    package var sessionCount: Int? {
        let now = clock()
        if let sessions,
            (0..<Self.sessionsCountedAgainAfterMilliseconds).contains(
                now.milliseconds - sessions.countedAt.milliseconds)
        {
            return sessions.count
        }
        do throws(LoyaltyError) {
            let count = try reader.read { (database) throws(SQLiteError) in
                try database.first("SELECT count(*) FROM sessions WHERE expires_at > ?", now.milliseconds) {
                    $0.integer(0)
                }
            }
            sessions = count.map { (Int($0), now) }
            return sessions?.count
        } catch {
            return nil
        }
    }

    /// Ends the transaction of the reads so far.
    package func endBatch() { reader.endBatch() }

    package func close() { reader.close() }
}
