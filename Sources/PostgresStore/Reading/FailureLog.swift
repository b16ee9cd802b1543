import Posix
import Postgres

/// Logs why reads fail: one line for a broken database, and not one for each read.
struct FailureLog {
    /// The time after which the same failure is logged again.
    private static let repeatedAfterMilliseconds: Int64 = 60_000

    private let log: Log
    private var last: (error: PostgresError, at: Int64)?
    private var isConnected = true

    init(_ log: Log) {
        self.log = log
    }

    mutating func note(_ error: PostgresError) {
        if error.isEndOfConnection { isConnected = false }
        let now = SystemClock.monotonicMilliseconds()
        if let last, last.error == error, now - last.at < Self.repeatedAfterMilliseconds { return }
        last = (error, now)
        log.error("A read from the database failed: \(error)")
    }

    /// Notes that there is a connection again.
    mutating func noteConnection() {
        if !isConnected { log.info("The database can be read again.") }
        isConnected = true
        last = nil
    }
}
