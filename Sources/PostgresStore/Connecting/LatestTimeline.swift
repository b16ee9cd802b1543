import Postgres
import Synchronization

/// The latest timeline to which this process has connected.
///
/// A primary that was frozen does not know of its successor when it goes on, until its manager ends it. A connection to
/// it that was idle meanwhile would read the past. Another connection of this process has met the successor by then.
final class LatestTimeline: Sendable {
    /// A timeline of a cluster, and the history of the database on it.
    struct Point: Equatable, Sendable {
        /// The identifier of the cluster. Timelines of different clusters can't be compared.
        let cluster: Int64
        let timeline: Int64
        /// The number of the database's history (``DatabaseState``).
        var history: Int64 = 0

        /// Returns true if this is a later timeline of the same cluster.
        func isSuccessor(of other: Point) -> Bool { cluster == other.cluster && timeline > other.timeline }
    }

    private let latest = Mutex<Point?>(nil)

    /// Notes a server's timeline. Returns false if the server is a former primary.
    func note(_ point: Point) -> Bool {
        latest.withLock { latest in
            if let known = latest, known.isSuccessor(of: point) { return false }
            latest = point
            return true
        }
    }

    /// Returns true if the server of a timeline is a former primary.
    func hasSuccessor(of point: Point) -> Bool {
        latest.withLock { $0?.isSuccessor(of: point) ?? false }
    }

    /// Returns true if no connection was made to a later timeline than this one.
    func isLatest(_ point: Point) -> Bool {
        latest.withLock { $0 == nil || $0 == point }
    }
}
