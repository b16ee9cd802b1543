import Posix
import Storage

/// The account that a command of root's works in the name of, so that every file beside a database belongs to the
/// database's owner.
package enum DatabaseAccount {
    /// The owner of a database, or if there is none the owner of its folder; `nil` if that is root, or this process
    /// does not run as root.
    ///
    /// - Parameters:
    ///   - caller: the account that called sudo, whose symbolic links are followed as root's are.
    ///   - isReplaced: whether the database is about to be replaced: if root owns it, the folder's owner gets the new
    ///     one.
    package static func of(
        database path: String, caller: UInt32?, isReplaced: Bool = false
    ) throws(StoreError) -> FileAccount? {
        let trusted = caller.map { [$0] } ?? []
        do throws(TrustedPath.Refusal) {
            return account(beside: try TrustedPath(path, trusting: trusted).path, isReplaced)
        } catch {
            guard case .foreignLink(_, let owner) = error else { return nil }
            // An account's links lead to its own database as well as the path of that does.
            guard let canonical = try? TrustedPath(path, trusting: trusted + [owner]).path,
                let account = account(beside: canonical, isReplaced), account.user == owner
            else { throw refusal(error) }
            return account
        }
    }

    private static func account(beside path: String, _ isReplaced: Bool) -> FileAccount? {
        if let owner = FileAccount.owner(of: path) { return owner }
        let isTaken = PrivateFile.exists(path: path) && !isReplaced
        return isTaken ? nil : FileAccount.owner(of: File.folder(of: path))
    }

    /// A path that root reads, for an account that is not to choose which file that is.
    static func trustedPath(_ path: String, caller: UInt32?) throws(StoreError) -> TrustedPath {
        do throws(TrustedPath.Refusal) {
            return try TrustedPath(path, trusting: caller.map { [$0] } ?? [])
        } catch {
            throw refusal(error)
        }
    }

    private static func refusal(_ refusal: TrustedPath.Refusal) -> StoreError {
        switch refusal {
        case .system(let error): StoreError("There is no file that can be used (\(error)).")
        case .foreignLink(let path, let owner):
            StoreError(
                "\(path) is a symbolic link of the account \(SystemUser.name(of: owner)), which root does not follow: "
                    + "name the file that it leads to.")
        }
    }
}
