import Loyalty
import Storage
import Synchronization

/// Which commit last changed something of a user. Kept in memory: this process alone writes the file.
///
/// A reader notes the last finished commit before its snapshot begins. What it read of a user then is current for as long
/// as no later commit touches that user.
package final class UserVersions: Sendable {
    /// Users share slots by their ids: a change of one makes the others be read again, and nothing more.
    private static let slotCount = 16_384

    /// Stands for all reward rules, which are read again when one changes as users are; no user has it.
    static let rewardRules = UserID(rawValue: -1)

    /// The number of the last commit that touched a user of the slot, or ``changing``.
    private let slots: InlineArray<16_384, Atomic<UInt64>>
    private let finishedCommit = Atomic<UInt64>(0)

    /// No version is as late as this: while a commit may or may not be visible, nobody answers from memory.
    private static let changing = UInt64.max

    init() {
        slots = InlineArray { _ in Atomic(0) }
    }

    /// The last commit whose changes every read that begins now will see.
    var latest: ReadVersion { ReadVersion(commit: finishedCommit.load(ordering: .acquiring)) }

    func isCurrent(_ version: ReadVersion, of user: UserID) -> Bool {
        slots[Self.slot(of: user)].load(ordering: .acquiring) <= version.commit
    }

    /// Nil while it may or may not be visible.
    func lastChange(of user: UserID) -> ReadVersion? {
        let commit = slots[Self.slot(of: user)].load(ordering: .acquiring)
        return commit == Self.changing ? nil : ReadVersion(commit: commit)
    }

    /// Runs a commit that touches these users; on the writer's thread. A commit that fails may have changed them, too.
    func withChange<Failure: Error>(of users: [UserID], commit: () throws(Failure) -> Void) throws(Failure) {
        for user in users { slots[Self.slot(of: user)].store(Self.changing, ordering: .sequentiallyConsistent) }
        defer {
            let number = finishedCommit.load(ordering: .relaxed) + 1
            for user in users { slots[Self.slot(of: user)].store(number, ordering: .releasing) }
            finishedCommit.store(number, ordering: .releasing)
        }
        try commit()
    }

    private static func slot(of user: UserID) -> Int {
        Int(truncatingIfNeeded: UInt64(bitPattern: user.rawValue) % UInt64(slotCount))
    }
}

/// The users that a transaction touches, as triggers of the writer's connection report them: no operation can forget one.
/// Confined to the writer's thread.
final class TouchedUsers {
    private(set) var users: [UserID] = []

    func removeAll() {
        users.removeAll(keepingCapacity: true)
    }

    func add(_ user: Int64) {
        let user = UserID(rawValue: user)
        if users.last != user { users.append(user) }
    }

    static let function = "martlet_touch"

    /// Temporary: they are the writer's alone, and no part of the file.
    static let triggers: String = {
        var sql = ""
        let rules = String(UserVersions.rewardRules.rawValue)
        for (table, column) in [
            ("users", "id"), ("sessions", "user_id"), ("balances", "user_id"), ("orders", "user_id"),
            ("withdrawals", "user_id"), ("ledger", "user_id"), ("reward_rules", nil),
        ] {
            for (event, row) in [("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")] {
                sql += """
                    CREATE TEMP TRIGGER touch_\(table)_\(event) AFTER \(event) ON main.\(table)
                    BEGIN SELECT \(function)(\(column.map { "\(row).\($0)" } ?? rules)); END;

                    """
            }
        }
        return sql
    }()
}
