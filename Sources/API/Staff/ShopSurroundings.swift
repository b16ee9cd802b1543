import Loyalty
import Storage

/// A backup in the folder of backups.
package struct ShopBackup: Equatable, Sendable {
    /// The name of the file.
    package let name: String
    /// The time at which it was begun.
    package let at: Timestamp
    package let bytes: Int64

    package init(name: String, at: Timestamp, bytes: Int64) {
        (self.name, self.at, self.bytes) = (name, at, bytes)
    }
}

/// The folder of backups.
package protocol ShopBackups: Sendable {
    /// The backups, the newest first; `nil` if the folder can't be read.
    func list() -> [ShopBackup]?

    /// Makes a backup now.
    ///
    /// - Throws: ``Loyalty/LoyaltyError/unavailable(retryAfterSeconds:)`` if another one is being made, and
    ///   ``Loyalty/LoyaltyError/failed`` if it can't be made; the log has the reason.
    func make() async throws(LoyaltyError) -> ShopBackup
}

/// The parts of the server that the staff API shows besides the store. Any thread may ask.
package struct ShopSurroundings: Sendable {
    /// The last days up to this moment, the oldest first: as many as asked for.
    package let days: @Sendable (_ count: Int, _ now: Timestamp) -> [ShopDay]
    /// True if this server asks the accrual system. If another one does, ``readReport`` has the state.
    package let isLeading: @Sendable () -> Bool
    /// The number of orders that wait and the state of the accrual system, as the server that leads has reported them;
    /// `nil` if the report can't be read.
    package let readReport: @Sendable (LeadersReport) -> (waiting: Int, accrual: String)?
    /// The number of orders that wait for the accrual system.
    package let waiting: @Sendable () -> Int
    /// The state of the accrual system: `healthy`, `throttled`, `troubled`, or `unknown` before the first answer.
    package let accrualState: @Sendable () -> String
    /// The time of the newest backup; `nil` if there is none, or none are made.
    package let newestBackup: @Sendable () -> Timestamp?
    /// `nil` if no folder is configured, or if ``backupRefusal`` is not `nil`.
    package let backups: (any ShopBackups)?
    /// The reason, in a sentence, for which no backups are made here, whatever is configured; `nil` if there is none.
    package let backupRefusal: String?

    package init(
        days: @escaping @Sendable (_ count: Int, _ now: Timestamp) -> [ShopDay],
        isLeading: @escaping @Sendable () -> Bool,
        readReport: @escaping @Sendable (LeadersReport) -> (waiting: Int, accrual: String)?,
        waiting: @escaping @Sendable () -> Int, accrualState: @escaping @Sendable () -> String,
        newestBackup: @escaping @Sendable () -> Timestamp?, backups: (any ShopBackups)?, backupRefusal: String?
    ) {
        (self.days, self.isLeading, self.readReport) = (days, isLeading, readReport)
        (self.waiting, self.accrualState) = (waiting, accrualState)
        (self.newestBackup, self.backups, self.backupRefusal) = (newestBackup, backups, backupRefusal)
    }
}
