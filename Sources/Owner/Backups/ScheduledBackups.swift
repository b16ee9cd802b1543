import Loyalty
import Posix
import Storage
import Time

/// Makes the backups of a plan. Confined to one thread of the control server.
struct ScheduledBackups {
    private let plan: BackupPlan
    private let status: BackupStatus
    private let cancellation: Cancellation
    private let log: Log
    private let startedAt = SystemClock.wallMilliseconds() / 1000
    /// The time of the last attempt. A backup that failed is tried again after ``retrySeconds``, instead of at every
    /// check of the time.
    private var triedAt: Int64?
    /// The time of the last warning that backups are missing.
    private var warnedAt: Int64?
    /// The time of the first write to the database; `nil` while it is empty.
    private var firstWriteAt: Int64?
    /// The newest backup that was read, and how much it holds. It is not read again at each check of the time.
    private var newest: (name: String, extent: StoreExtent?)?

    private static let retrySeconds: Int64 = 300
    private static let warningSeconds: Int64 = 86_400

    init(_ plan: BackupPlan, _ status: BackupStatus, until cancellation: Cancellation, _ log: Log) {
        self.cancellation = cancellation
        self.plan = plan
        self.status = status
        self.log = log
    }

    /// Makes a backup if one is due. Backups belong to the owner of their folder, even if root's server makes them.
    mutating func backUpIfDue(_ database: any StoreMaintenance) {
        FileAccount.assumedRoot {
            let account: FileAccount?
            do throws(StoreError) {
                account = try DatabaseAccount.of(database: plan.folder, caller: Caller.current.id)
            } catch {
                return noteFailure("The folder for backups, \(plan.folder), can't be used: \(error)")
            }
            FileAccount.acting(for: account) { backUpInFolder(database) }
        }
    }

    private mutating func backUpInFolder(_ database: any StoreMaintenance) {
        let now = SystemClock.wallMilliseconds() / 1000
        if let triedAt, now >= triedAt, now - triedAt < Self.retrySeconds { return warnIfOverdue(now) }
        let shop = shopExtent(database, now)
        do throws(SystemError) {
            try plan.makeFolder()
            let names = try FolderListing.names(in: plan.folder)
            status.note(names, of: plan, atSeconds: now)
            let backup = shop?.firstWriteAt == nil ? nil : newestExtent(names, database, now)
            guard plan.isDue(names, atSeconds: now, shop: shop, backup: backup) else { return }
            triedAt = now
            backUp(database, now)
            status.note(try FolderListing.names(in: plan.folder), of: plan, atSeconds: now)
        } catch {
            triedAt = now
            noteFailure("the folder for backups, \(plan.folder), can't be used: \(error)")
        }
        warnIfOverdue(now)
    }

    /// Returns how much the database holds. The time of the first write is kept once it is known, because a reward rule
    /// has no time.
    private mutating func shopExtent(_ database: any StoreMaintenance, _ now: Int64) -> StoreExtent? {
        guard var extent = (try? database.backups)?.extent(atSeconds: now) else { return nil }
        // A shop whose only rule was removed is empty again.
        if firstWriteAt == nil || extent.firstWriteAt == nil { firstWriteAt = extent.firstWriteAt }
        extent.firstWriteAt = firstWriteAt
        return extent
    }

    private mutating func newestExtent(
        _ names: [String], _ database: any StoreMaintenance, _ now: Int64
    ) -> StoreExtent? {
        guard let name = plan.newest(names, atSeconds: now)?.name else { return nil }
        if let newest, newest.name == name { return newest.extent }
        let extent = (try? database.backups)?.extent(ofBackup: "\(plan.folder)/\(name)")
        newest = (name, extent)
        return extent
    }

    private mutating func backUp(_ database: any StoreMaintenance, _ now: Int64) {
        let result: CommandResult
        do throws(StoreError) {
            let backup = BackUp(file: "\(plan.folder)/\(BackupPlan.name(atSeconds: now))")
            result = try backup.run(on: database, until: cancellation, reply: { _ in })
        } catch {
            // A backup that was cancelled because the server stops is no failure.
            if !cancellation.isCancelled { noteFailure(error.description) }
            return
        }
        triedAt = nil
        warnedAt = nil
        status.noteEnd(failure: nil)
        log.info(result.summary)
        removeSurplus(now)
    }

    /// Logs the first of several failures in a row as an error. After that, ``warnIfOverdue(_:)`` warns once a day
    /// instead of at every attempt.
    private func noteFailure(_ reason: String) {
        let isFirst = status.current.isSuccess != false
        status.noteEnd(failure: reason)
        if isFirst { log.error(reason) }
    }

    private mutating func warnIfOverdue(_ now: Int64) {
        let facts = status.current
        let newestAt = facts.newestAt ?? startedAt
        let isFailing = facts.isSuccess == false && triedAt != now
        guard isFailing || plan.isOverdue(newestAt: newestAt, atSeconds: now) else { return }
        if let warnedAt, now >= warnedAt, now - warnedAt < Self.warningSeconds { return }
        warnedAt = now
        let newest =
            facts.newestAt.map { "the newest was made at \(CivilTime(secondsSince1970: $0).rfc3339)" }
            ?? "there is none"
        let reason = facts.failure.map { "; the last attempt failed: \($0)" } ?? ""
        log.warning("backups are missing in \(plan.folder): \(newest)\(reason)")
    }

    private func removeSurplus(_ now: Int64) {
        do throws(SystemError) {
            for name in plan.surplus(try FolderListing.names(in: plan.folder), atSeconds: now) {
                try PrivateFile.remove(path: "\(plan.folder)/\(name)")
                log.info("removed the old backup \(name)")
            }
        } catch {
            log.error("old backups could not be removed: \(error)")
        }
    }
}
