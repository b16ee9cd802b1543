import Posix

/// The partial files of backups that were killed, or that the power ended.
enum BackupLeftovers {
    /// Removes those that are in the folder of a backup's path, whatever their backups were called. A file that another process is
    /// still writing is locked, and stays.
    static func remove(beside path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        let names = (try? FolderListing.names(in: folder.isEmpty ? "." : folder)) ?? []
        let all = Set(names)
        for name in names where name.hasSuffix(Backup.partialSuffix) {
            let partial = folder + name
            guard File.kind(path: partial) == .regular,
                let head = try? File.read(path: partial, prefixBytes: headBytes),
                isLeftover(head: head, hasJournal: all.contains("\(name)-journal")),
                let lock = try? InodeLock(path: partial)
            else { continue }
            try? PrivateFile.remove(path: partial)
            try? PrivateFile.remove(path: "\(partial)-journal")
            withExtendedLifetime(lock) {}
        }
        // A journal whose file was removed is of no use.
        for name in names where name.hasSuffix("\(Backup.partialSuffix)-journal") {
            guard !all.contains(String(name.dropLast("-journal".count))) else { continue }
            try? PrivateFile.remove(path: folder + name)
        }
    }

    /// Returns true if a file whose name ends in `.partial` is one of ours: it begins as a database of Martlet's, or it has not got its
    /// first page yet, which SQLite's journal beside it tells.
    static func isLeftover(head: [UInt8], hasJournal: Bool) -> Bool {
        guard head.contains(where: { $0 != 0 }) else { return hasJournal }
        guard head.count == headBytes, head.starts(with: "SQLite format 3\0".utf8) else { return false }
        let id = head[applicationIDOffset...].reduce(Int64(0)) { $0 << 8 | Int64($1) }
        return id == Schema.applicationID
    }

    /// sqlite.org/fileformat2.html, section 1.3: the application id is the last thing here that is looked at.
    static let applicationIDOffset = 68
    static let headBytes = applicationIDOffset + 4
}
