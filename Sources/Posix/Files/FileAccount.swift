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
    let rights: Rights

    /// The rights on files that a thread of root keeps beside those of the account.
    enum Rights: Comparable, Sendable {
        /// It keeps none: the kernel refuses all that the account could not do itself.
        case none
        /// It searches folders and reads files that the account may not (`/var/lib/private` of systemd's dynamic users,
        /// a backup in root's home).
        case reading
        /// It keeps all rights, because the account may not write in the folder.
        case all
    }

    /// The account that this thread acts for; `nil` if that is root, or this process does not run as root.
    package static var current: FileAccount? {
        let (user, group, _) = credentials
        return geteuid() == 0 && user != 0 ? FileAccount(user: user, group: group, rights: .none) : nil
    }

    /// Makes this thread, and each thread that it starts, act in the account's name on files from now on.
    ///
    /// - Parameter groups: true if the process also takes the account's groups, for good (setgroups(2)).
    package func assume(withGroups groups: Bool) {
        if groups { takeGroups() }
        set()
    }

    /// Makes this thread act in the account's name while the body runs.
    package func assumed<Value, Failure: Error>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
        let before = Self.credentials
        set()
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

    private func set() {
        setfsgid(group)
        setfsuid(user)
        Self.changeCapabilities { effective, permitted in
            let kept: UInt32 =
                switch rights {
                case .none: 0
                case .reading: 1 << CAP_DAC_READ_SEARCH
                case .all: Self.fileCapabilities
                }
            // A thread that acts for the account already may hold more.
            return effective & ~Self.fileCapabilities | permitted & kept
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
