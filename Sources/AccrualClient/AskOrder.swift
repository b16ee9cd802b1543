/// Decides about which orders the accrual system is asked next, and about how many at once.
///
/// The accrual system is the bottleneck: it may allow fewer requests than there are orders, and it may fail. Four kinds
/// of orders compete for its answers (``JobQueues``):
///
/// - **New** orders have just been uploaded, and a customer may be watching. They should come first.
/// - **Suspects** had a bad answer last time (``Trust``). Each may take up its worker for a whole time-out.
/// - **Asked** orders had a good answer that was not final.
/// - **Loaded** orders come from the database, after a start or because memory was short.
///
/// No order of precedence among them works. If new orders always came first, a steady stream of uploads would use up
/// the whole pace, and the others would never be asked about. If suspects were asked like all others, a few dozen of
/// them would hang on every worker. So there are shares of each tick, and shares of the workers.
///
/// **Shares of a tick.** Of the requests that a tick may send:
///
/// 1. Three quarters are for new orders.
/// 2. Half of the rest is for suspects, as far as workers are allowed for them.
/// 3. Half of what is left is for asked orders, and the remainder for loaded ones.
/// 4. What a kind does not use goes to the others: first asked, then new orders, then suspects.
///
/// A tick often may send a single request, of which every share is less than one. ``share(_:of:turningEvery:)`` rounds
/// up in some ticks and down in others, so that the shares hold over a few ticks. Ticks that may send nothing don't
/// count: if the pace lets a request through at each fourth tick, the rounding must not be the same each time.
///
/// **Shares of the workers.** Suspects may occupy half of the workers (``Limits``). During an outage every request may
/// hang, so then a quarter of the workers probe with suspects, and as many requests about other orders may be in
/// flight. The two are counted separately, because a new order must not wait for the time-outs of the probes. If those
/// other requests all hang on the orders of one user, as many first orders of other users may go besides.
///
/// **Probes.** The end of an outage shows when a suspect gets a good answer. The delay of suspects doubles with each
/// bad answer, so the next one might be due long after the end. Therefore, if none is due, one is asked about before
/// its time: at every tick if there are enough suspects to be sure of an outage, otherwise now and then (``mayProbe``).
///
/// **Recovery.** When the outage ends, all suspects are forgiven and due at once (``JobQueues/forgiveSuspects()``).
struct AskOrder {
    /// One request in this many is for orders that are not new.
    private static let notNewOneIn = 4
    /// Of the requests that are left by new orders, one in this many is for suspects.
    private static let suspectsOneIn = 2
    /// Of the requests that are left by new orders and suspects, one in this many is for asked orders.
    private static let askedOneIn = 2
    /// The number of new orders that are taken before each other order, which follows from the shares.
    private static let newInARow = notNewOneIn - 1

    /// The number of ticks that could send something, modulo the number after which all roundings repeat.
    private var tick = 0
    private static let roundingTicks = notNewOneIn * suspectsOneIn * askedOneIn

    /// Removes and returns at most `limit` jobs that are due by `now`, including at most `suspectsMax` suspects.
    ///
    /// The workers may not start all of them before the next tick, so new orders and others alternate in the proportion
    /// of their shares.
    mutating func take(_ limit: Int, suspectsMax: Int, from queues: inout JobQueues, dueBy now: Int64) -> [Job] {
        guard limit > 0 else { return [] }
        tick = (tick + 1) % Self.roundingTicks
        let notNew = share(Self.notNewOneIn, of: limit, turningEvery: 1)
        var new = queues.new.take(limit - notNew, dueBy: now)
        let suspectsShare = share(Self.suspectsOneIn, of: limit - new.count, turningEvery: Self.notNewOneIn)
        let suspects = queues.suspects.take(min(suspectsMax, suspectsShare), dueBy: now)
        var others = suspects
        let askedShare = share(
            Self.askedOneIn, of: limit - new.count - others.count,
            turningEvery: Self.notNewOneIn * Self.suspectsOneIn)
        others += queues.asked.take(askedShare, dueBy: now)
        others += queues.loaded.take(limit - new.count - others.count, dueBy: now)
        others += queues.asked.take(limit - new.count - others.count, dueBy: now)
        new += queues.new.take(limit - new.count - others.count, dueBy: now)
        let room = limit - new.count - others.count
        others += queues.suspects.take(min(suspectsMax - suspects.count, room), dueBy: now)
        return Self.alternate(new, others)
    }

    /// Returns one in `divisor` of `count`, which is exact on average: the fraction is rounded up in some ticks and
    /// down in others.
    ///
    /// - Parameter ticks: The ticks after which the rounding changes. Shares of shares must not change together, or one
    ///   of them would be rounded down each time that it matters.
    private func share(_ divisor: Int, of count: Int, turningEvery ticks: Int) -> Int {
        (count + tick / ticks % divisor) / divisor
    }

    private static func alternate(_ new: [Job], _ others: [Job]) -> [Job] {
        guard !new.isEmpty, !others.isEmpty else { return new + others }
        var jobs: [Job] = []
        jobs.reserveCapacity(new.count + others.count)
        var (new, others) = (new[...], others[...])
        while !new.isEmpty || !others.isEmpty {
            jobs += new.prefix(newInARow)
            jobs += others.prefix(1)
            (new, others) = (new.dropFirst(newInARow), others.dropFirst(1))
        }
        return jobs
    }

    /// With this many suspects at once, the cause is an outage rather than odd orders.
    private static let suspectsOfOutage = 3
    /// With fewer suspects the cause may be either, and a suspect is asked about before its time at most this often.
    private static let probeMilliseconds: Int64 = 5000

    /// Returns true if, during an outage, a suspect may be asked about before its time.
    static func mayProbe(suspectCount: Int, lastProbeAt: Int64, now: Int64) -> Bool {
        suspectCount >= suspectsOfOutage || now >= lastProbeAt + probeMilliseconds
    }

    /// The limits on the requests that are in flight at once.
    struct Limits {
        /// One in this many workers may be occupied by suspects.
        private static let suspectsOneIn = 2
        /// The same during an outage.
        private static let suspectsOneInDuringOutage = 4

        /// The most suspects at once.
        let suspectsMax: Int
        /// The most requests at once, including suspects.
        let requestsMax: Int
        /// The most requests at once beyond these, each about the first order of a user without any other request.
        let newcomersMax: Int

        init(workerCount: Int, jobsPerTickMax: Int, isOutage: Bool) {
            suspectsMax = max(1, workerCount / (isOutage ? Self.suspectsOneInDuringOutage : Self.suspectsOneIn))
            requestsMax = isOutage ? min(2 * suspectsMax, jobsPerTickMax) : jobsPerTickMax
            newcomersMax = isOutage ? min(suspectsMax, jobsPerTickMax - requestsMax) : 0
        }
    }
}
