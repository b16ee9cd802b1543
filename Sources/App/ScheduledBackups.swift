import Loyalty
import Posix
import Store

/// Carries out a plan. Confined to the control server's thread.
struct ScheduledBackups {
    private let plan: BackupPlan
    private let cancellation: Cancellation
    private let log: Log
    /// When it was tried last; a backup that fails is tried again after a while, and not at each look at the clock.
    private var triedAt: Int64?

    private static let retrySeconds: Int64 = 300

    init(_ plan: BackupPlan, until cancellation: Cancellation, _ log: Log) {
        self.cancellation = cancellation
        self.plan = plan
        self.log = log
    }

    /// Backups belong to the owner of their folder, also if root's server makes them.
    mutating func backUpIfDue(_ database: any OwnersDatabase) {
        FileAccount.assumedRoot {
            let folder = (try? PrivateFile.canonicalPath(of: plan.folder)) ?? plan.folder
            FileAccount.acting(for: .owner(of: folder)) { backUpInFolder(database) }
        }
    }

    private mutating func backUpInFolder(_ database: any OwnersDatabase) {
        let now = SystemClock.wallMilliseconds() / 1000
        if let triedAt, now >= triedAt, now - triedAt < Self.retrySeconds { return }
        do throws(SystemError) {
            guard plan.isDue(try FolderListing.names(in: plan.folder), atSeconds: now) else { return }
        } catch {
            triedAt = now
            return log.error("The folder for backups, \(plan.folder), can't be read: \(error)")
        }
        triedAt = now
        let command = OwnerCommand.backup(file: "\(plan.folder)/\(BackupPlan.name(atSeconds: now))")
        guard let outcome = command.maintain(database, until: cancellation, reply: { _ in }) else {
            preconditionFailure("a backup is of the file as a whole")
        }
        guard outcome.status == ExitStatus.success else { return log.error(outcome.summary) }
        triedAt = nil
        log.info(outcome.summary)
        removeSurplus(now)
    }

    private func removeSurplus(_ now: Int64) {
        do throws(SystemError) {
            for name in plan.surplus(try FolderListing.names(in: plan.folder), atSeconds: now) {
                try PrivateFile.remove(path: "\(plan.folder)/\(name)")
                log.info("removed the old backup \(name)")
            }
        } catch {
            log.error("Old backups could not be removed: \(error)")
        }
    }
}
