import CommandLine
import JSON
import Loyalty
import Posix
import Storage
import Text

/// The store and the facts that an operation on users, orders and points works with. It is confined to one thread,
/// which it may block.
struct OperationContext {
    let repository: any OwnerRepository
    /// The name of the store, for messages.
    let store: String
    /// The system's name of the account that called the command.
    let author: String
    /// The accrual pipeline; `nil` if there is none.
    let pool: OwnersPool?
    /// The state of scheduled backups, as `martlet stats` prints it; `nil` if there are none.
    let backups: JSONObject?

    /// Makes a change and records the caller of the command as its author.
    func apply(_ change: ShopChange) throws(StoreError) -> ShopChangeResult {
        try repository.apply(change, by: Actor(system: author))
    }
}

extension Storage {
    /// Does an operation on users, orders and points.
    ///
    /// - Parameters:
    ///   - author: the system's name of the account that called the command.
    ///   - cancellation: makes a long operation give up.
    func run(
        _ operation: any StoreOperation, by author: String, pool: OwnersPool?, backups: JSONObject?,
        until cancellation: Cancellation = Cancellation(), reply: (OwnerReply) -> Void
    ) -> CommandResult {
        do throws(StoreError) {
            let repository = try makeOwnerRepository(until: cancellation)
            defer { repository.close() }
            let context = OperationContext(
                repository: repository, store: name, author: author, pool: pool, backups: backups)
            return try operation.run(in: context) { reply(.row($0)) }
        } catch {
            return CommandResult(error)
        }
    }
}

/// Results that several operations have in common.
extension CommandResult {
    static func noUser(_ user: UserSelector) -> CommandResult {
        .failure(ExitStatus.notFound, "there is no user \(user.description.oneLine)")
    }

    /// The result of a change of a user.
    ///
    /// - Parameters:
    ///   - changed: what the change did, after the login and a colon.
    ///   - unchanged: the state that the user had already.
    static func change(
        _ result: ShopChangeResult, of user: UserSelector, changed: String, unchanged: String = ""
    ) -> CommandResult {
        func success(_ login: String, _ text: String, isChanged: Bool) -> CommandResult {
            .success(
                JSONObject(["login": .string(login), "changed": .bool(isChanged)]), text: "\(login.oneLine): \(text)\n")
        }
        guard case .customer(let account, let isChanged) = result else { return noUser(user) }
        return success(account.login, isChanged ? changed : unchanged, isChanged: isChanged)
    }
}
