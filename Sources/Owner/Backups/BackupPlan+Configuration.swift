import Configuration
import Posix

extension Configuration {
    /// The plan of scheduled backups; `nil` if there are none.
    package var backupPlan: BackupPlan? {
        backups.folder.map { folder in
            let folder = ProcessSetup.absolutePath(of: folder)
            let databaseFolder = database.path.map { File.folder(of: ProcessSetup.absolutePath(of: $0)) }
            return BackupPlan(
                folder: folder, isBesideDatabase: File.folder(of: folder) == databaseFolder,
                intervalSeconds: backups.intervalSeconds, keepCount: backups.keepCount)
        }
    }
}
