import Posix

/// The account that a command of root's works in the name of, so that every file beside a database belongs to the
/// database's owner.
package enum DatabaseAccount {
    /// The owner of a database, or if there is none the owner of its folder; `nil` if that is root, or this process
    /// does not run as root.
    ///
    /// - Parameters:
    ///   - caller: the account that called sudo, whose symbolic links are followed as root's are.
    ///   - isReplaced: true if the database is about to be replaced. If root owns it, the folder's owner gets the new
    ///     one.
    package static func of(
        database path: String, caller: UInt32?, isReplaced: Bool = false
    ) throws(StoreError) -> FileAccount? {
        let trusted = caller.map { [$0] } ?? []
        let found: TrustedPath
        do throws(TrustedPath.Refusal) {
            found = try TrustedPath(path, trusting: trusted)
        } catch {
            switch error {
            case .system(_, let reached, let links):
                // The file can't be used as it is, but an account may be about to make it.
                return try account(at: reached, links, isReplaced, trusted)
            case .foreignLink(_, let owner):
                // A link that an account has made to its own database is as good as the path of that database.
                guard let canonical = try? TrustedPath(path, trusting: trusted + [owner]),
                    let account = try account(at: canonical, isReplaced, trusted), account.user == owner
                else { throw refusal(error) }
                return account
            }
        }
        return try account(at: found, isReplaced, trusted)
    }

    private static func account(
        at path: TrustedPath, _ isReplaced: Bool, _ trusted: [UInt32]
    ) throws(StoreError) -> FileAccount? {
        try account(at: path.path, path.links, isReplaced, trusted)
    }

    private static func account(
        at path: String, _ links: [String], _ isReplaced: Bool, _ trusted: [UInt32]
    ) throws(StoreError) -> FileAccount? {
        do throws(SystemError) {
            return try FileAccount.owner(of: path, links: links, isReplaced: isReplaced, trusting: trusted)
        } catch {
            throw StoreError(
                "A folder of \(path) was replaced by a symbolic link meanwhile, which root does not follow (\(error)).")
        }
    }

    /// A path that root may read: no account can have made it lead to a file that the caller did not name.
    package static func trustedPath(_ path: String, caller: UInt32?) throws(StoreError) -> TrustedPath {
        do throws(TrustedPath.Refusal) {
            return try TrustedPath(path, trusting: caller.map { [$0] } ?? [])
        } catch {
            throw refusal(error)
        }
    }

    private static func refusal(_ refusal: TrustedPath.Refusal) -> StoreError {
        switch refusal {
        case .system(let error, _, _): StoreError("There is no file that can be used (\(error)).")
        case .foreignLink(let path, let owner):
            StoreError(
                "\(path) is a symbolic link of the account \(SystemUser.name(of: owner)), which root does not follow: "
                    + "name the file that it leads to.")
        }
    }
}
