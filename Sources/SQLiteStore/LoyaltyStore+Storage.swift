import Changes
import Loyalty
import Metrics
import Posix
import SQLite
import Storage

extension LoyaltyStore: Storage {
    package var name: String { path }

    package var filePath: String? { path }

    package var identity: String? { FileIdentity.lastingText(path: path) }

    package static var engine: StoreEngine { StoreEngine(name: "SQLite", version: SQLiteLibrary.version) }

    package var engine: StoreEngine { Self.engine }

    package var entityTagEpoch: UInt64? { nil }

    package var changes: any ChangeFeed { changeLog }

    package var leadership: any Leadership { SoleLeadership() }

    package var attemptExchange: (any AttemptExchange)? { nil }

    package var obstacle: String? { writer.snapshot.obstacle(now: SystemClock.monotonicMilliseconds()) }

    package var weakness: String? { nil }

    package var backupRefusal: String? { nil }

    package func renewNames() { renewLock() }

    package func whenReached(_ answer: @escaping @Sendable () -> Void) { writer.whenReached(answer) }

    package func writeMetrics(_ text: inout MetricsText) {
        writer.writeMetrics(&text)
        text.histogram(
            "martlet_checkpoint_duration_seconds",
            "How long each step of writing the log back into the database's file kept writes waiting."
        ) { $0.add(writer.snapshot.checkpoints) }
        let size = StoreSize(ofDatabase: path)
        text.gauge("martlet_database_bytes", "Length of the database's file.", Int(size.bytes))
        text.gauge("martlet_database_wal_bytes", "Length of the file of the database's log.", Int(size.logBytes))
    }
}

extension StoreSize {
    /// - Parameter path: The database's file. A file that is not there has no bytes.
    init(ofDatabase path: String) {
        self.init(bytes: Int64(File.size(path: path) ?? 0), logBytes: Int64(File.size(path: path + "-wal") ?? 0))
    }
}
