import Loyalty
import Storage
import Synchronization

/// The numbers of the last commits that touched each user's data, each user's account or sessions, each user's balance,
/// and the reward rules. They are kept in memory, since only this process writes the file.
///
/// A reader notes the last finished commit before its snapshot begins. Data that it reads of a user then stays current
/// until a later commit touches that user.
final class UserRevisions: Sendable {
    private let all = CommitNumbers()
    /// The commits that touched accounts and sessions alone: after an upload, a loop still knows the user's session.
    private let accounts = CommitNumbers()
    /// The commits that touched balances alone: an upload changes no balance.
    private let balances = CommitNumbers()
    private let rules = Atomic<UInt64>(0)
    private let finishedCommit = Atomic<UInt64>(0)

    /// Later than every commit: while a commit may or may not be visible, nothing is answered from memory.
    private static let changing = UInt64.max

    /// The last commit whose changes every read that begins now will see.
    var latest: Revision { Revision(rawValue: finishedCommit.load(ordering: .acquiring)) }

    /// The last commit that touched the user; `nil` while a commit that touches the user is in progress.
    func revision(of user: UserID) -> Revision? { Self.revision(all[user]) }

    /// The last commit that touched the user's account or sessions; `nil` while such a commit is in progress.
    func accountRevision(of user: UserID) -> Revision? { Self.revision(accounts[user]) }

    /// The last commit that touched the user's balance; `nil` while such a commit is in progress.
    func balanceRevision(of user: UserID) -> Revision? { Self.revision(balances[user]) }

    /// The last commit that touched the reward rules; `nil` while such a commit is in progress.
    var rulesRevision: Revision? { Self.revision(rules.load(ordering: .acquiring)) }

    private static func revision(_ commit: UInt64) -> Revision? {
        commit == changing ? nil : Revision(rawValue: commit)
    }

    /// Runs a commit that touches this data, on the writer's thread. A commit that fails may have changed the data,
    /// too.
    func withChange<Failure: Error>(of touched: TouchedData, commit: () throws(Failure) -> Void) throws(Failure) {
        mark(touched, Self.changing)
        defer {
            let number = finishedCommit.load(ordering: .relaxed) + 1
            mark(touched, number)
            finishedCommit.store(number, ordering: .releasing)
        }
        try commit()
    }

    private func mark(_ touched: TouchedData, _ value: UInt64) {
        all.set(value, for: touched.users)
        accounts.set(value, for: touched.accounts)
        balances.set(value, for: touched.balances)
        if touched.hasRules { rules.store(value, ordering: .sequentiallyConsistent) }
    }
}

/// The number of a commit for each user. Users share slots by their ids: a change of one user has the data of the
/// others in the slot read again.
private struct CommitNumbers: ~Copyable, Sendable {
    /// With this many (512 KiB), and a thousand changes a second, half of the other users keep their cached data for
    /// 45 s.
    private static let slotCount = 65_536

    private let slots: InlineArray<65_536, Atomic<UInt64>>

    init() {
        slots = InlineArray { _ in Atomic(0) }
    }

    subscript(user: UserID) -> UInt64 { slots[Self.slot(of: user)].load(ordering: .acquiring) }

    func set(_ number: UInt64, for users: [UserID]) {
        for user in users { slots[Self.slot(of: user)].store(number, ordering: .sequentiallyConsistent) }
    }

    private static func slot(of user: UserID) -> Int {
        Int(truncatingIfNeeded: UInt64(bitPattern: user.rawValue) % UInt64(slotCount))
    }
}
