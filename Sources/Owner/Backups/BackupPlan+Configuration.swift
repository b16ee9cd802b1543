import Configuration
import Posix

extension Configuration {
    /// The plan of scheduled backups; `nil` if there are none.
    package var backupPlan: BackupPlan? {
        backups.folder.map { folder in
            BackupPlan(
                folder: ProcessSetup.absolutePath(of: folder), intervalSeconds: backups.intervalSeconds,
                keepCount: backups.keepCount)
        }
    }
}
