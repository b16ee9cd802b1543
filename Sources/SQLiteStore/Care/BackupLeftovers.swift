import Posix

/// The partial files of backups that were killed, or that a power cut interrupted.
enum BackupLeftovers {
    /// The end of the name that a partial file has before it has its first bytes, on file systems that have no files
    /// without a name.
    static let intermediateSuffix = ".martlet-new"

    /// Removes all leftovers in the folder of a backup's path, even those of backups with other names. A backup that is
    /// still being written has a lock, and stays.
    static func remove(beside path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        let names = (try? FolderListing.names(in: folder.isEmpty ? "." : folder)) ?? []
        let all = Set(names)
        for name in names {
            let file = folder + name
            guard let head = head(of: file, named: name),
                isLeftover(named: name, head: head, hasJournal: all.contains("\(name)-journal")),
                let lock = try? InodeLock(path: file), lock.isNamed(file)
            else { continue }
            for suffix in Backup.partialFiles.reversed() { try? PrivateFile.remove(path: file + suffix) }
            withExtendedLifetime(lock) {}
        }
        // A journal whose file was removed is of no use.
        for name in names where name.hasSuffix("\(Backup.partialSuffix)-journal") {
            guard !all.contains(String(name.dropLast("-journal".count))) else { continue }
            try? PrivateFile.remove(path: folder + name)
        }
    }

    /// Returns the first bytes of a file with a name that a leftover can have; `nil` for all others.
    private static func head(of file: String, named name: String) -> [UInt8]? {
        guard [Backup.partialSuffix, intermediateSuffix].contains(where: name.hasSuffix),
            File.kind(path: file) == .regular
        else { return nil }
        return try? File.read(path: file, prefixBytes: headBytes)
    }

    /// Returns true if the name and content of a file show that a backup left it. A partial file is a Martlet database
    /// from its first byte. Earlier versions left an empty one, with a journal of SQLite's beside it. A file with the
    /// intermediate name may not have been written yet.
    static func isLeftover(named name: String, head: [UInt8], hasJournal: Bool) -> Bool {
        let isEmpty = !head.contains { $0 != 0 }
        if name.hasSuffix(intermediateSuffix) { return isEmpty || Schema.emptyDatabase.starts(with: head) }
        guard !isEmpty else { return hasJournal }
        return head.count == headBytes && Schema.isHeader(head)
    }

    /// The application id is the last part of the header that is looked at (sqlite.org/fileformat2.html, section 1.3).
    static let headBytes = 72
}
