import Loyalty
import Storage

/// Sessions and balances that one event loop has read before, so that the next request of a user costs no read. A
/// balance may be used for as long as it has the same revision, and a session for as long as its user's account has.
///
/// A shop's customers come one after the other, and each of them asks several times. In a batch that reads nothing but
/// these, no transaction begins. A commit makes SQLite forget the pages that it has in memory, but only those users
/// whom the commit touches lose their entries here.
final class RecentUsers {
    /// A session, and the revision of its user's account when it was read.
    struct KeptSession {
        let user: UserID
        let expiresAt: Timestamp
        let accountRevision: Revision
    }

    private struct KeptBalance {
        let balance: Balance
        let revision: Revision
    }

    /// The most balances. Sessions have twice as many slots, because these fill unevenly. Both tables together take
    /// 21 MiB at most.
    private static let countMax = 131_072

    private var sessions = RecentFacts<SessionID, KeptSession>(slotCountMax: 2 * countMax)
    private var balances = RecentFacts<UserID, KeptBalance>(slotCountMax: countMax)

    /// An id is a hash of a token, so the time of the look-up discloses nothing about tokens.
    func session(_ id: SessionID) -> KeptSession? { sessions.fact(for: id) }

    func insert(_ session: KeptSession, _ id: SessionID) { sessions.insert(session, for: id) }

    /// The balance that was read at the revision.
    func balance(of user: UserID, at revision: Revision) -> Balance? {
        guard let kept = balances.fact(for: user), kept.revision == revision else { return nil }
        return kept.balance
    }

    /// - Parameter revision: the revision of the balance that was read.
    func insert(_ balance: Balance, of user: UserID, at revision: Revision) {
        balances.insert(KeptBalance(balance: balance, revision: revision), for: user)
    }
}

extension SessionID: RecentKey {
    var slotHash: UInt64 { firstWord }
}

extension UserID: RecentKey {
    var slotHash: UInt64 { UInt64(bitPattern: rawValue) }
}
