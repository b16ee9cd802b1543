/// Decides whose turn it is on one event loop, by what each client has cost.
///
/// Members, which are connections, belong to shares, which are clients. Shares take turns by deficit round robin (Shreedhar and
/// Varghese, 1995): each may cost as much as its quantum until the next one's turn comes, and pays back what it cost more.
/// A share that had nothing to do comes before those that have more than they get done, as in FQ-CoDel (RFC 8290, section
/// 4.2): the client that asks now and then waits for no client that asks all the time.
///
/// Within a share, quick members go before dear ones, and at least one dear member goes for each half quantum that quick
/// ones have used. So a client waits for little even if another one at the same address is greedy.
struct TurnSchedule<Member> {
    /// What one share may cost before the others have their turns.
    static var quantumNanoseconds: Int64 { 1_000_000 }
    /// What quick members may cost while a dear one waits.
    static var quickNanosecondsMax: Int64 { quantumNanoseconds / 2 }
    /// What is remembered of a share's debts: a client whose request took very long is served again after so many quanta.
    private static var debtNanosecondsMax: Int64 { 8 * quantumNanoseconds }

    /// The members of one client that wait for their turns.
    final class Share {
        fileprivate var quick = ArrivalQueue<Member>()
        fileprivate var dear = ArrivalQueue<Member>()
        fileprivate var allowanceNanoseconds = quantumNanoseconds
        /// What quick members have cost since the last turn of a dear one.
        fileprivate var quickNanoseconds: Int64 = 0
        /// True if the schedule has it in one of its lists, or serves it.
        fileprivate var isListed = false

        init() {}

        /// Notes what was done for its members out of their turns.
        func charge(_ nanoseconds: Int64) {
            allowanceNanoseconds = max(allowanceNanoseconds - nanoseconds, -debtNanosecondsMax)
        }
    }

    /// Shares that had nothing to do before.
    private var fresh = ArrivalQueue<Share>()
    /// Shares that have been served since they had nothing to do.
    private var served = ArrivalQueue<Share>()
    private var current: Share?
    private var currentIsFresh = false
    private var lastIsDear = false
    private var count = 0

    var isEmpty: Bool { count == 0 }

    /// Has a member wait for its turn.
    mutating func enter(_ member: Member, of share: Share, isDear: Bool) {
        count += 1
        if isDear { share.dear.append(member) } else { share.quick.append(member) }
        guard !share.isListed else { return }
        share.isListed = true
        fresh.append(share)
    }

    /// The member whose turn it is; `nil` if none waits.
    mutating func next() -> (member: Member, isDear: Bool)? {
        while let share = current ?? takeShare() {
            if share.allowanceNanoseconds <= 0 {
                share.allowanceNanoseconds += Self.quantumNanoseconds
                served.append(share)
                current = nil
            } else if let turn = Self.takeMember(of: share) {
                current = share
                lastIsDear = turn.isDear
                count -= 1
                return turn
            } else {
                leave(share)
            }
        }
        return nil
    }

    /// Notes what the turn of the last member has cost.
    mutating func charge(_ nanoseconds: Int64) {
        guard let share = current else { return }
        share.charge(nanoseconds)
        share.quickNanoseconds = lastIsDear ? 0 : share.quickNanoseconds + nanoseconds
    }

    private mutating func takeShare() -> Share? {
        if let share = fresh.popFirst() {
            currentIsFresh = true
            return share
        }
        currentIsFresh = false
        return served.popFirst()
    }

    private static func takeMember(of share: Share) -> (member: Member, isDear: Bool)? {
        if share.quickNanoseconds >= quickNanosecondsMax, let member = share.dear.popFirst() { return (member, true) }
        if let member = share.quick.popFirst() { return (member, false) }
        return share.dear.popFirst().map { ($0, true) }
    }

    /// A fresh share that has nothing more to do waits once among the others: else it would come before them again and again.
    private mutating func leave(_ share: Share) {
        current = nil
        guard !currentIsFresh else { return served.append(share) }
        share.isListed = false
        share.allowanceNanoseconds = Self.quantumNanoseconds
        share.quickNanoseconds = 0
    }
}
