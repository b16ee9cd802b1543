import Posix
import Synchronization

/// The bytes that a database takes on its server's disk, as a ``PostgresProbe`` has measured them last.
final class DatabaseSize: Sendable {
    private static let lifetimeMilliseconds: Int64 = 60_000

    private let measured = Mutex<(bytes: Int64, at: Int64)?>(nil)

    /// - Parameter time: the time of the monotonic clock, in milliseconds.
    func note(_ bytes: Int64, at time: Int64) {
        measured.withLock { $0 = (bytes, time) }
    }

    /// The bytes; `nil` if they were not measured for a minute.
    var bytes: Int64? {
        let now = SystemClock.monotonicMilliseconds()
        return measured.withLock { measured in
            measured.flatMap { now - $0.at <= Self.lifetimeMilliseconds ? $0.bytes : nil }
        }
    }
}
