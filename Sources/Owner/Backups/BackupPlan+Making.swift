import Posix
import Storage

/// The folder of a plan, as the staff and the owner use it.
extension BackupPlan {
    /// The backups, the newest first.
    func list() throws(SystemError) -> [BackupFolder.File] {
        let backups = newestFirst(
            try FolderListing.names(in: folder), atSeconds: SystemClock.wallMilliseconds() / 1000)
        return backups.compactMap { name, seconds in
            File.size(path: "\(folder)/\(name)").map {
                BackupFolder.File(name: name, seconds: seconds, bytes: $0)
            }
        }
    }

    /// The path of the newest backup; `nil` if there is none, or the folder can't be read.
    package var newestFile: String? {
        guard let newest = try? list().first else { return nil }
        return "\(folder)/\(newest.name)"
    }

    /// Makes a backup now, as `martlet backup` does. It belongs to the owner of the folder, even if root makes it.
    func backUp(
        _ database: any StoreMaintenance, until cancellation: Cancellation
    ) throws(StoreError) -> BackupFolder.File {
        let account = try DatabaseAccount.of(database: folder, caller: Caller.current.id)
        return try FileAccount.acting(for: account) { () throws(StoreError) in
            do throws(SystemError) {
                try makeFolder()
            } catch {
                throw StoreError("The folder for backups, \(folder), can't be made (\(error)).")
            }
            return try backUpInFolder(database, until: cancellation)
        }
    }

    /// Makes the folder if it is missing and beside the database, as in an empty volume of a container. Any other
    /// folder may be missing because its disk is not mounted.
    func makeFolder() throws(SystemError) {
        if isBesideDatabase { try PrivateFile.makeFolder(path: folder) }
    }

    private func backUpInFolder(
        _ database: any StoreMaintenance, until cancellation: Cancellation
    ) throws(StoreError) -> BackupFolder.File {
        var seconds = SystemClock.wallMilliseconds() / 1000
        // A backup of this second may lack the changes that were made since it was begun, and its name is taken.
        while PrivateFile.exists(path: path(atSeconds: seconds)), !cancellation.isCancelled {
            sleepBriefly()
            seconds = SystemClock.wallMilliseconds() / 1000
        }
        let path = path(atSeconds: seconds)
        _ = try database.backups.backUp(to: path, until: cancellation, progress: { _ in })
        return BackupFolder.File(
            name: Self.name(atSeconds: seconds), seconds: seconds, bytes: File.size(path: path) ?? 0)
    }

    private func path(atSeconds seconds: Int64) -> String { "\(folder)/\(Self.name(atSeconds: seconds))" }
}
