/// Decides which connection of an event loop is next, by the time that each client has used.
///
/// Members, which are connections, belong to shares, which are clients. Shares take turns by deficit round robin
/// (Shreedhar and Varghese, 1995): each may use a quantum of time before the next share's turn, and time beyond the
/// quantum is deducted from its later turns. A share that becomes active goes before those that are busy all the time,
/// as in FQ-CoDel (RFC 8290, section 4.2), and also before the rest of a quantum that has begun. So a client that sends
/// a request now and then does not wait for clients that send requests all the time. An endless supply of fresh shares
/// would keep all others waiting, so once fresh shares have used a quantum, the others get as much time as they do.
///
/// Within a share, quick members go before costly ones (see ``StepCost``), but after each half quantum of quick members
/// there is a turn for a costly one. So a client waits for a short time only, even if another one at the same address
/// is greedy.
struct TurnSchedule<Member> {
    /// The time that one share may use before the next share's turn.
    static var quantumNanoseconds: Int64 { 1_000_000 }
    /// The time that quick members may use while a costly one waits.
    static var quickNanosecondsMax: Int64 { quantumNanoseconds / 2 }
    /// The largest debt of a share: a client whose request took very long is served again after eight quanta.
    private static var debtNanosecondsMax: Int64 { 8 * quantumNanoseconds }

    /// The members of one client that wait for their turns.
    final class Share {
        fileprivate var quick = ArrivalQueue<Member>()
        fileprivate var costly = ArrivalQueue<Member>()
        fileprivate var allowanceNanoseconds = quantumNanoseconds
        /// The time that quick members have used since the last turn of a costly one.
        fileprivate var quickNanoseconds: Int64 = 0
        /// True if the share is in one of the schedule's lists, or is the current or the interrupted one.
        fileprivate(set) var isListed = false
        /// Called once, when the schedule has nothing more to remember of the share. It must not use the schedule,
        /// which is being changed then.
        var whenUnlisted: (() -> Void)?
        /// True if the share is a proxy's, whose connections find out only in their turns which client's share they
        /// belong to. Such a share is always fresh: otherwise each of its members would wait for all busy shares first.
        var isOfProxy = false

        init() {}

        /// Deducts time that was used for the share's members outside of their turns.
        func charge(_ nanoseconds: Int64) {
            allowanceNanoseconds = max(allowanceNanoseconds - nanoseconds, -debtNanosecondsMax)
        }
    }

    /// Shares that have become active since their last turn.
    private var fresh = ArrivalQueue<Share>()
    /// Shares that have been active since before their last turn.
    private var served = ArrivalQueue<Share>()
    /// A share whose quantum waits for fresh shares, and goes on before those in `served`.
    private var interrupted: Share?
    private var current: Share?
    private var currentIsFresh = false
    private var lastIsCostly = false
    /// The time that fresh shares have used, less the time that others have used since: from 0 to two quanta.
    private var freshNanoseconds: Int64 = 0
    /// The shares that are not fresh and were not looked at since the last turn of a member.
    private var unseenCount = 0
    private var count = 0

    var isEmpty: Bool { count == 0 }

    /// True if it is the turn of a share that is not fresh, although fresh ones may wait.
    private var othersAreDue: Bool {
        freshNanoseconds >= Self.quantumNanoseconds && (interrupted != nil || !served.isEmpty)
    }

    /// Appends a member to the queue of its share.
    mutating func enter(_ member: Member, of share: Share, isCostly: Bool) {
        count += 1
        if isCostly { share.costly.append(member) } else { share.quick.append(member) }
        guard !share.isListed else { return }
        share.isListed = true
        fresh.append(share)
    }

    /// Removes and returns the member whose turn it is; `nil` if no member waits.
    mutating func next() -> (member: Member, isCostly: Bool)? {
        letFreshInterrupt()
        while let share = current ?? takeShare() {
            if share.allowanceNanoseconds <= 0 {
                share.allowanceNanoseconds += Self.quantumNanoseconds
                list(share)
                current = nil
                notePassedOver()
            } else if let turn = Self.takeMember(of: share) {
                current = share
                lastIsCostly = turn.isCostly
                count -= 1
                return turn
            } else {
                leave(share)
                notePassedOver()
            }
        }
        return nil
    }

    /// Deducts the time that the last member's turn has taken.
    mutating func charge(_ nanoseconds: Int64) {
        guard let share = current else { return }
        share.charge(nanoseconds)
        share.quickNanoseconds = lastIsCostly ? 0 : share.quickNanoseconds + nanoseconds
        if currentIsFresh {
            freshNanoseconds = min(freshNanoseconds + nanoseconds, 2 * Self.quantumNanoseconds)
        } else {
            freshNanoseconds = max(0, freshNanoseconds - nanoseconds)
        }
        unseenCount = served.count + (interrupted == nil ? 0 : 1)
    }

    /// Lets fresh shares go before the rest of the current share's quantum, unless that share is fresh and quick. If
    /// the current share is fresh, its quantum ends, and it joins the end of `served`. Otherwise it goes on later.
    private mutating func letFreshInterrupt() {
        guard !fresh.isEmpty, !othersAreDue, let share = current, share.allowanceNanoseconds > 0,
            lastIsCostly || !currentIsFresh
        else { return }
        if currentIsFresh { list(share) } else { interrupted = share }
        current = nil
    }

    /// Appends a share to its list after its turn.
    private mutating func list(_ share: Share) {
        if share.isOfProxy { fresh.append(share) } else { served.append(share) }
    }

    /// Lets fresh shares go on when every other share was passed over, because it is in debt or has no member: fresh
    /// shares don't wait until debts are paid off.
    private mutating func notePassedOver() {
        guard !currentIsFresh else { return }
        unseenCount -= 1
        if unseenCount <= 0 { freshNanoseconds = 0 }
    }

    private mutating func takeShare() -> Share? {
        if !othersAreDue, let share = fresh.popFirst() {
            currentIsFresh = true
            return share
        }
        currentIsFresh = false
        return interrupted.take() ?? served.popFirst()
    }

    private static func takeMember(of share: Share) -> (member: Member, isCostly: Bool)? {
        if share.quickNanoseconds >= quickNanosecondsMax, let member = share.costly.popFirst() { return (member, true) }
        if let member = share.quick.popFirst() { return (member, false) }
        return share.costly.popFirst().map { ($0, true) }
    }

    /// Ends the turn of a share that has no more members waiting. If it was fresh, it goes through the list of the
    /// others once before it may be fresh again. Otherwise it could always go before them.
    private mutating func leave(_ share: Share) {
        current = nil
        guard !currentIsFresh || share.isOfProxy else { return served.append(share) }
        share.isListed = false
        share.allowanceNanoseconds = Self.quantumNanoseconds
        share.quickNanoseconds = 0
        share.whenUnlisted.take()?()
    }
}
