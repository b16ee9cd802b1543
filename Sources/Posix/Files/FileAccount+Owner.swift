import CLinux
import Glibc

/// The account that root acts for at a path, with the rights that the account can't turn against root.
///
/// An account that owns a folder above a file's folder can exchange the folders on the way for symbolic links at any
/// moment, also between two system calls of one command. Rights of root's that reach further than the account's are
/// therefore kept only if the account can rename no component of the way.
extension FileAccount {
    /// Returns the account that owns a file, or its folder if the file is missing, with its rights there. If root is
    /// the owner, the result is an account that can lead the path elsewhere, or `nil` if there is none. Returns `nil`
    /// also if this process does not run as root, and so makes files of its own account alone.
    ///
    /// - Parameters:
    ///   - path: an absolute path without symbolic links.
    ///   - links: the paths of the symbolic links that lead to it (``TrustedPath/links``).
    ///   - isReplaced: true if a file of root's counts as missing.
    ///   - trusted: accounts besides root that may own the folders above root's own files.
    /// - Throws: ELOOP if a folder of the path has become a symbolic link, or the error of a call.
    package static func owner(
        of path: String, links: [String] = [], isReplaced: Bool = false, trusting trusted: [UInt32] = []
    ) throws(SystemError) -> FileAccount? {
        guard geteuid() == 0 else { return nil }
        return try assumedRoot { () throws(SystemError) in
            let owners = try PathOwners(path)
            var ways = [owners]
            for link in links { ways.append(try PathOwners(link, isLink: true)) }
            let file = owners.file.flatMap { isReplaced && $0.user == 0 ? nil : $0 }
            guard let owner = file ?? owners.folder, owner.user != 0 else {
                let stranger = ways.lazy.compactMap { $0.stranger(trusting: trusted) }.first
                return stranger.map { FileAccount(user: $0.user, group: $0.group, rights: .none) }
            }
            let account = FileAccount(user: owner.user, group: owner.group, rights: .none)
                .writing(in: owners.file?.isFolder == true ? path : File.folder(of: path))
            let kept = ways.reduce(account.rights) { kept, way in min(kept, account.rights(on: way)) }
            return FileAccount(user: account.user, group: account.group, rights: kept)
        }
    }

    /// The same account, with root's rights if it may not write in this folder itself and can't change any folder on
    /// the way: then root makes the account's files there.
    ///
    /// - Parameter folder: an absolute path without symbolic links.
    package func writing(in folder: String) -> FileAccount {
        let reading = reading(in: folder)
        let mayWrite = reading.assumed { faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0 }
        let keepsAll = Self.assumedRoot { !mayWrite && PathOwners.isOutOfReach(folder, of: user) }
        return keepsAll ? FileAccount(user: user, group: group, rights: .all) : reading
    }

    /// The same account, with root's right to read in this folder if it can lead root nowhere else.
    ///
    /// - Parameter folder: an absolute path without symbolic links.
    package func reading(in folder: String) -> FileAccount {
        let most = Self.assumedRoot { (try? PathOwners(folder)).map { self.rights(on: $0) } }
        return FileAccount(user: user, group: group, rights: min(.reading, most ?? .none))
    }

    /// The most rights that root may keep on a way. If the account can rename a component, root keeps the right to
    /// search and to read only if the account could not even come to that component (`/var/lib/private`).
    private func rights(on way: PathOwners) -> Rights {
        guard let folder = way.folderInReach(of: user) else { return .all }
        let plain = FileAccount(user: user, group: group, rights: .none)
        return plain.assumed { faccessat(AT_FDCWD, folder, X_OK, AT_EACCESS) == 0 } ? .none : .reading
    }

    /// Gives the account a file of root's that an earlier version left among the account's files (fchown(2)). Returns
    /// true if it did. Symbolic links, files with a second name and files in folders of other accounts are refused.
    ///
    /// - Parameter isKnown: returns true if the first bytes of a file are those of a file that Martlet made.
    package func takeOver(_ path: String, isKnown: ([UInt8]) -> Bool) -> Bool {
        Self.assumedRoot {
            let rawFolder = open(File.folder(of: path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard rawFolder >= 0, let name = path.split(separator: "/").last else { return false }
            let folder = Descriptor(owning: rawFolder)
            var status = stat()
            guard fstat(folder.rawValue, &status) == 0, status.st_uid == user else { return false }
            let raw = openat(folder.rawValue, String(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            guard raw >= 0 else { return false }
            let file = Descriptor(owning: raw)
            var start = [UInt8](repeating: 0, count: Self.headerBytes)
            guard fstat(file.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == 0,
                status.st_nlink == 1
            else { return false }
            let count = read(file.rawValue, &start, start.count)
            guard count >= 0, isKnown(Array(start.prefix(count))) else { return false }
            return fchown(file.rawValue, user, group) == 0
        }
    }

    /// The length of a database's header (sqlite.org/fileformat2.html, section 1.3).
    private static let headerBytes = 100
}
