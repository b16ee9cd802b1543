import Eventual
import Loyalty
import Posix
import Postgres
import SharedStore
import Storage

/// The ``Storage/RewardRepository`` of one event loop, used on its thread alone.
final class PostgresRewardRepository: RewardRepository {
    private let reads: TurnReads
    private let writes: WriteLane
    /// The rules that were read last. They may be a megabyte, so that a read that finds the same state leaves them.
    private var kept: (rules: [RewardRule], state: RulesState)?

    init(lane: ReadLane, writes: WriteLane) {
        (reads, self.writes) = (TurnReads(lane), writes)
    }

    /// Not known without asking the database, which ``rules()`` does.
    var rulesRevision: Revision? { nil }

    func rules() -> Eventual<[RewardRule], LoyaltyError> {
        .later { () async throws(LoyaltyError) in
            let known = self.kept
            let changed = try await self.reads.read(isSnapshot: true) { session throws(PostgresError) in
                let state = try session.rulesState()
                return state == known?.state ? nil : (rules: try session.rules(), state: state)
            }
            guard let changed else { return known?.rules ?? [] }
            self.kept = changed
            return changed.rules
        }
    }

    func earned(by order: OrderNumber) -> Eventual<Points?, LoyaltyError> {
        .later { [reads] () async throws(LoyaltyError) in
            try await reads.read { session throws(PostgresError) in try session.earned(by: order) }
        }
    }

    func addRule(_ rule: RewardRule) async throws(LoyaltyError) -> RuleAddition {
        try await writes.converse(isExclusive: true) { transaction throws(PostgresError) in
            try transaction.addRule(rule)
        }
    }

    func removeRule(matching match: String) async throws(LoyaltyError) -> Bool {
        try await writes.converse(isExclusive: true) { transaction throws(PostgresError) in
            try transaction.removeRule(matching: match)
        }
    }

    func addReceipt(
        of order: OrderNumber, earning points: Points, at now: Timestamp, willAppear: @escaping @Sendable () -> Void
    ) async throws(LoyaltyError) -> Bool {
        try await writes.converse { transaction throws(PostgresError) in
            let isAdded = try transaction.addReceipt(of: order, earning: points, at: now)
            // Called before the commit. No reader sees a transaction that is rolled back, and its repetition makes the
            // call again.
            if isAdded { willAppear() }
            return isAdded
        }
    }

    func endBatch() {
        reads.endBatch()
    }

    func close() {
        reads.close()
    }
}

/// Tells whether reward rules have changed.
///
/// A rule is added or removed and never changed, and each gets an id above all that there ever were. So the rules up to
/// one id only become fewer, and two states with the same greatest id and the same number have the same rules.
private struct RulesState: Equatable, Sendable {
    let count: Int64
    /// 0 without rules.
    let greatestID: Int64
}

extension PostgresSession {
    fileprivate func rulesState() throws(PostgresError) -> RulesState {
        let state = try first("SELECT count(*), coalesce(max(id), 0) FROM reward_rules") { row in
            RulesState(count: row.integer(0), greatestID: row.integer(1))
        }
        guard let state else { throw .badValue("the number of reward rules") }
        return state
    }
}
