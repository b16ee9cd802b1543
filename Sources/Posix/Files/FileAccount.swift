import CLinux
import Glibc

/// An account in whose name a thread of root opens and makes files (setfsuid(2), credentials(7)).
///
/// Files that root makes in another account's folder then belong to that account. A symbolic or hard link that the
/// account put there gives root access only to what the account could change itself. Threads that start in the meantime
/// inherit the account.
package struct FileAccount: Equatable, Sendable {
    package let user: UInt32
    package let group: UInt32
    /// True if root keeps its own rights on files, because the account may not write in the folder.
    private let keepsRights: Bool

    /// Returns the account that owns a file, with its rights in the file's folder. Returns `nil` if that is root, if
    /// there is no such file, or if this process does not run as root and makes files of its own account alone.
    ///
    /// - Parameter path: a canonical path.
    package static func owner(of path: String) -> FileAccount? {
        var status = stat()
        guard geteuid() == 0, lstat(path, &status) == 0, status.st_uid != 0 else { return nil }
        return FileAccount(user: status.st_uid, group: status.st_gid, keepsRights: false)
            .writing(in: status.st_mode & S_IFMT == S_IFDIR ? path : File.folder(of: path))
    }

    /// The same account, with root's rights if it may not write in this folder itself and can't change any folder on
    /// the way: then root makes the account's files there.
    package func writing(in folder: String) -> FileAccount {
        let plain = FileAccount(user: user, group: group, keepsRights: false)
        let mayWrite = plain.assumed { faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0 }
        return FileAccount(
            user: user, group: group, keepsRights: !mayWrite && TrustedPath.isOutOfReach(folder, of: user))
    }

    /// The account that this thread acts for; `nil` if that is root, or this process does not run as root.
    package static var current: FileAccount? {
        let (user, group, _) = credentials
        return geteuid() == 0 && user != 0 ? FileAccount(user: user, group: group, keepsRights: false) : nil
    }

    /// Makes this thread, and each thread that it starts, act in the account's name on files from now on.
    ///
    /// - Parameter groups: true if the process also takes the account's groups, for good (setgroups(2)).
    package func assume(withGroups groups: Bool) {
        if groups { takeGroups() }
        set(keepingRights: keepsRights)
    }

    /// Makes this thread act in the account's name while the body runs.
    package func assumed<Value, Failure: Error>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
        let before = Self.credentials
        set(keepingRights: keepsRights)
        defer { Self.restore(before) }
        return try body()
    }

    /// Makes this thread act in an account's name while the body runs, or in its own name if there is no account.
    package static func acting<Value, Failure: Error>(
        for account: FileAccount?, _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        guard let account else { return try body() }
        return try account.assumed(body)
    }

    /// Makes this thread act as root while the body runs, if the process runs as root.
    package static func assumedRoot<Value, Failure: Error>(
        _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let before = credentials
        if geteuid() == 0 { restore((0, 0, [])) }
        defer { restore(before) }
        return try body()
    }

    /// Gives the account a file of root's that an earlier version left among the account's files (fchown(2)). Returns
    /// true if it did. Symbolic links and files with a second name are refused.
    ///
    /// - Parameter isKnown: returns true if the first bytes of a file are those of a file that Martlet made.
    package func takeOver(_ path: String, isKnown: ([UInt8]) -> Bool) -> Bool {
        Self.assumedRoot {
            let raw = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            guard raw >= 0 else { return false }
            let file = Descriptor(owning: raw)
            var status = stat()
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

    /// Root may still search folders and read files that the account may not (`/var/lib/private` of systemd's dynamic
    /// users, a backup in root's home). A file that is read in this way must not be of the account's choosing:
    /// ``TrustedPath``.
    private func set(keepingRights: Bool) {
        setfsgid(group)
        setfsuid(user)
        Self.changeCapabilities { effective, permitted in
            effective | permitted & (keepingRights ? Self.fileCapabilities : 1 << CAP_DAC_READ_SEARCH)
        }
    }

    private func takeGroups() {
        var groups: [gid_t] = [group]
        if let name = SystemUser.knownName(of: user) {
            var count: CInt = Self.groupsMax
            var listed = [gid_t](repeating: 0, count: Int(count))
            if getgrouplist(name, group, &listed, &count) >= 0 { groups = Array(listed.prefix(Int(count))) }
        }
        // It fails in a container without the right. Then root's own groups stay, which may do less than root.
        _ = setgroups(groups.count, groups)
    }

    /// The most groups of an account (NGROUPS_MAX is 65,536, but accounts of services are in a few).
    private static let groupsMax: CInt = 1024

    private static let fileCapabilities: UInt32 = [
        CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER, CAP_FSETID,
    ].reduce(0) { $0 | 1 << UInt32($1) }
}

extension FileAccount {
    private typealias Credentials = (user: UInt32, group: UInt32, effective: [UInt32])

    /// setfsuid(2) returns the user ID in force, even if it refuses the new one.
    private static var credentials: Credentials {
        let nobody = UInt32.max
        return (UInt32(bitPattern: setfsuid(nobody)), UInt32(bitPattern: setfsgid(nobody)), effectiveCapabilities)
    }

    private static func restore(_ credentials: Credentials) {
        setfsgid(credentials.group)
        // The kernel removes root's rights on files with the user ID, and restores them with it (capabilities(7)).
        setfsuid(credentials.user)
        guard let effective = credentials.effective.first, credentials.user != 0 else { return }
        changeCapabilities { _, _ in effective }
    }

    private static var effectiveCapabilities: [UInt32] {
        var effective: [UInt32] = []
        changeCapabilities { now, _ in
            effective = [now]
            return now
        }
        return effective
    }

    /// Changes the first 32 effective capabilities of this thread (capset(2)), as far as the system allows it.
    private static func changeCapabilities(_ change: (_ effective: UInt32, _ permitted: UInt32) -> UInt32) {
        var header = __user_cap_header_struct(version: UInt32(_LINUX_CAPABILITY_VERSION_3), pid: 0)
        let empty = __user_cap_data_struct(effective: 0, permitted: 0, inheritable: 0)
        var data = [empty, empty]
        guard capget(&header, &data) == 0 else { return }
        let wanted = change(data[0].effective, data[0].permitted)
        guard wanted != data[0].effective else { return }
        data[0].effective = wanted
        _ = capset(&header, &data)
    }
}
