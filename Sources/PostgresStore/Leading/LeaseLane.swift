import Loyalty
import Posix
import Postgres
import Storage
import Synchronization

/// The thread that renews this instance's lease each second if the instance seeks it, looks at how durable the
/// database is, and ends sessions that hang.
final class LeaseLane: Sendable {
    private let lease = LeaseState()
    private let thread: Thread
    /// An element renews the lease at once. The end of the queue ends the thread.
    private let requests: BlockingQueue<Void>

    init(connector: StoreConnector, log: Log) {
        // One request is enough, since a renewal writes the newest pace.
        let requests = BlockingQueue<Void>(capacity: 1)
        self.requests = requests
        thread = Thread(name: "lease") { [lease] in
            LeaseLoop(connector: connector, lease: lease, requests: requests, log: log).run()
        }
    }

    /// Seeks the lease from now on. An instance that does not ask the accrual system, such as a command or
    /// `martlet accrual`, must not: with the lease it would keep every other instance from asking.
    func seek() {
        lease.seek()
    }

    /// True while this instance has the lease, by its own clock.
    var isLeading: Bool { lease.isHeld(at: SystemClock.monotonicMilliseconds()) }

    /// True if another instance had the lease when this one last asked for it.
    var isWithAnother: Bool { lease.isWithAnother }

    /// The number of this instance's term (``Leadership/term``).
    var term: Int64 { lease.term }

    /// The pace that the leader before has left.
    var inheritedPace: AskedPace { lease.inheritedPace(at: SystemClock.monotonicMilliseconds()) }

    /// Writes a new pause or pace at once: if this instance is killed, the next leader has to know of it.
    func passOn(_ pace: AskedPace) {
        // A full queue has a request already.
        if lease.passOn(pace, at: SystemClock.monotonicMilliseconds()) { _ = requests.put(()) }
    }

    /// Has each renewal write a report of the pipeline.
    func share(_ make: @escaping @Sendable () -> String) {
        lease.share(make)
    }

    /// Lets commands know from now on that this process answers about receipts.
    func noteReceiptServer() {
        lease.noteReceiptServer()
        // A full queue has a request already.
        _ = requests.put(())
    }

    var durability: Durability { lease.durability }

    /// Gives the lease back, and ends the thread. It blocks until then.
    func stop() {
        requests.close()
        thread.join()
    }
}

/// The state of the lease, as its thread leaves it for other threads.
final class LeaseState: Sendable {
    private struct State {
        /// By this process's monotonic clock; in the past if another instance leads.
        var heldUntil = Int64.min
        var isWithAnother = false
        /// The number of the lease. It grows when the lead goes to another instance.
        var epoch: Int64?
        /// The number of the database's history (``DatabaseState``) in which the lease was renewed.
        var history: Int64?
        var term: Int64 = 0
        var inherited = Pace()
        var passedOn = Pace()
        var durability = Durability()
        var isSought = false
        var makeReport: @Sendable () -> String = { "" }
        var answersAboutReceipts = false
    }

    /// A pace with the end of its pause by this process's monotonic clock, so that a pause does not grow while it waits
    /// to be written or taken up.
    private struct Pace {
        var pausedUntil = Int64.min
        var requestsPerMinute: Int?

        /// The longest pause that is taken from the row. No accrual system asks for a longer one, but the row could
        /// hold any number.
        private static let pauseMillisecondsMax: Int64 = 7 * 86_400_000

        init() {}

        init(_ pace: AskedPace, at now: Int64) {
            pausedUntil = now + min(max(0, pace.pauseMilliseconds), Self.pauseMillisecondsMax)
            requestsPerMinute = pace.requestsPerMinute
        }

        func asked(at now: Int64) -> AskedPace {
            AskedPace(
                pauseMilliseconds: pausedUntil > now ? pausedUntil - now : 0, requestsPerMinute: requestsPerMinute)
        }
    }

    private let state = Mutex(State())
    /// A pause is a new one if it ends this much later. The end of the same pause varies by a millisecond, because its
    /// rest is rounded.
    private static let newPauseMilliseconds: Int64 = 100
    /// An instance gives up the lease this long before its end. The clocks of two machines drift apart by far less in
    /// the time of a lease.
    private static let marginMilliseconds: Int64 = 500

    var isSought: Bool { state.withLock { $0.isSought } }

    func seek() {
        state.withLock { $0.isSought = true }
    }

    /// True if this process answers about receipts.
    var answersAboutReceipts: Bool { state.withLock { $0.answersAboutReceipts } }

    func noteReceiptServer() {
        state.withLock { $0.answersAboutReceipts = true }
    }

    /// The report of the pipeline as of now; an empty text if there is none, or if it is longer than a report may be.
    var report: String {
        let report = state.withLock { $0.makeReport }()
        return report.utf8.count <= LeadersReport.bytesMax ? report : ""
    }

    func share(_ make: @escaping @Sendable () -> String) {
        state.withLock { $0.makeReport = make }
    }

    func isHeld(at now: Int64) -> Bool { state.withLock { $0.heldUntil > now } }

    /// True if another instance had the lease when this one last asked for it. It stays false if this instance's lease
    /// ends because the database does not answer.
    var isWithAnother: Bool { state.withLock { $0.isWithAnother } }

    /// Grows with each lease, if the lease had ended before it was renewed, and if the database may have lost orders.
    var term: Int64 { state.withLock { $0.term } }

    func inheritedPace(at now: Int64) -> AskedPace { state.withLock { $0.inherited.asked(at: now) } }
    func passedOnPace(at now: Int64) -> AskedPace { state.withLock { $0.passedOn.asked(at: now) } }
    var durability: Durability { state.withLock { $0.durability } }

    /// Returns true if the pace is not that of the last call: a pause has begun or was extended, or the number of
    /// requests has changed.
    func passOn(_ pace: AskedPace, at now: Int64) -> Bool {
        let new = Pace(pace, at: now)
        return state.withLock { state in
            let old = state.passedOn
            state.passedOn = new
            let isLonger = new.pausedUntil > now && new.pausedUntil - Self.newPauseMilliseconds > old.pausedUntil
            return isLonger || new.requestsPerMinute != old.requestsPerMinute
        }
    }

    /// Notes that the database renewed the lease.
    ///
    /// A lease that had ended begins a new term even if no other instance took it: while this one did not follow the
    /// orders of others, it has dropped some (``OrdersOfOthers``).
    ///
    /// - Parameters:
    ///   - epoch: the number of the lease.
    ///   - history: the number of the database's history.
    ///   - askedAt: the time before the renewal was sent, since the database's time of the renewal is unknown.
    ///   - pace: the pace in the row.
    func noteHeld(epoch: Int64, history: Int64, askedAt: Int64, _ pace: AskedPace) {
        state.withLock { state in
            let isSameTerm = state.epoch == epoch && state.history == history && state.heldUntil > askedAt
            state.heldUntil = askedAt + Lease.milliseconds - Self.marginMilliseconds
            state.isWithAnother = false
            guard !isSameTerm else { return }
            state.history = history
            state.term += 1
            // The dispatcher passes its own pace on once it has taken this one up.
            let inherited = Pace(pace, at: askedAt)
            (state.epoch, state.inherited, state.passedOn) = (epoch, inherited, inherited)
        }
    }

    /// - Parameter isWithAnother: false if this instance gives the lease back.
    func noteNotHeld(isWithAnother: Bool) {
        state.withLock { state in
            (state.heldUntil, state.epoch, state.isWithAnother) = (.min, nil, isWithAnother)
        }
    }

    func note(_ durability: Durability) {
        state.withLock { $0.durability = durability }
    }
}
