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
    let storage: any Storage
    /// The system's name of the account that called the command.
    let author: String
    let surroundings: OperationSurroundings
    /// Makes a long operation give up.
    let cancellation: Cancellation

    /// The name of the store, for messages.
    var store: String { storage.name }

    /// The accrual pipeline: that of this process, else that of the server that leads on the store. `nil` if there is
    /// none.
    func pool() throws(StoreError) -> OwnersPool? {
        if let pool = surroundings.pool { return pool }
        return try repository.leadersReport().flatMap { OwnersPool($0) }
    }

    /// The plan of scheduled backups; `nil` if no folder is configured.
    ///
    /// - Throws: the reason, if Martlet makes no backups of the store, whatever is configured.
    func backupPlan() throws(StoreError) -> BackupPlan? {
        if let refusal = storage.backupRefusal { throw StoreError(refusal) }
        return surroundings.plan
    }

    /// The present time.
    var now: Timestamp { surroundings.clock() }

    /// Makes a change and records the caller of the command as its author.
    func apply(_ change: ShopChange) throws(StoreError) -> ShopChangeResult {
        try repository.apply(change, by: Actor(system: author))
    }
}

/// The parts of the process, besides the store, that operations work with.
struct OperationSurroundings: Sendable {
    /// The accrual pipeline of this process; `nil` if there is none.
    var pool: OwnersPool?
    /// The plan of scheduled backups; `nil` if there are none.
    var plan: BackupPlan?
    /// The state of scheduled backups, as `martlet stats` prints it; `nil` if there are none.
    var backups: JSONObject?
    var clock: WallClock = { Timestamp(milliseconds: SystemClock.wallMilliseconds()) }
}

extension Storage {
    /// Does an operation on users, orders and points.
    ///
    /// - Parameters:
    ///   - author: the system's name of the account that called the command.
    ///   - cancellation: makes a long operation give up.
    ///   - reply: gets the progress, and each row of the answer.
    func run(
        _ operation: any StoreOperation, by author: String, _ surroundings: OperationSurroundings,
        until cancellation: Cancellation = Cancellation(), reply: (OwnerReply) -> Void
    ) -> CommandResult {
        do throws(StoreError) {
            let repository = try makeOwnerRepository(until: cancellation)
            defer { repository.close() }
            let context = OperationContext(
                repository: repository, storage: self, author: author, surroundings: surroundings,
                cancellation: cancellation)
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
