import Posix
import Storage

/// Checks that a recovery would find the database's log: the log is in the same folder, under the same name with
/// `-wal`.
enum DatabasePlace {
    /// Refuses a file that has a second name, or that is mounted apart from its folder: under the other name, or in the
    /// other folder, SQLite would miss the log, and lose or damage what it holds.
    static func check(_ path: String) throws(StoreError) {
        // A folder has several names by nature, and is refused when it is opened.
        guard File.kind(path: path) == .regular else { return }
        if nameCount(path) > 1 { removeLeftovers(of: path) }
        let count = nameCount(path)
        guard count <= 1 else {
            throw StoreError(
                "The database \(path) has \(count) names (hard links), and its log only goes with one of them: remove the others, or "
                    + "copy the file and use the copy.")
        }
        guard !FileIdentity.isMounted(path: path) else {
            throw StoreError(
                "The database \(path) is mounted apart from its folder, in which its log would be: mount the folder that it "
                    + "is in, and not the file.")
        }
    }

    private static func nameCount(_ path: String) -> Int {
        (try? FileIdentity.nameCount(path: path)) ?? 1
    }

    /// Removes the second name that a restore or a backup gave the file and could not take away again, as the power
    /// failed.
    private static func removeLeftovers(of path: String) {
        let parts = path.split(separator: "/")
        guard let name = parts.last, let identity = try? FileIdentity.find(path: path) else { return }
        let folder = "/" + parts.dropLast().joined(separator: "/")
        let restored = "\(name)\(FormerDatabase.restoreSuffix)"
        for other in (try? FolderListing.names(in: folder)) ?? [] {
            guard other.hasPrefix(restored) || other == "\(name)\(Backup.partialSuffix)",
                (try? FileIdentity.find(path: "\(folder)/\(other)")) == identity
            else { continue }
            try? PrivateFile.remove(path: "\(folder)/\(other)")
        }
    }
}
