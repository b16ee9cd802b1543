import Loyalty
import Posix
import Postgres
import Storage
import Synchronization

/// The thread that renews this instance's lease each second, and looks at how durable the database is.
final class LeaseLane: Sendable {
    private let lease = LeaseState()
    private let thread: Thread
    /// A stop signal: it stays empty, and closing it ends the thread's wait.
    private let end: BlockingQueue<Never>

    init(connector: StoreConnector, instance: Int64, log: Log) {
        let end = BlockingQueue<Never>(capacity: 1)
        self.end = end
        thread = Thread(name: "lease") { [lease] in
            LeaseLoop(connector: connector, instance: instance, lease: lease, end: end, log: log).run()
        }
    }

    /// True while this instance has the lease, by its own clock.
    var isLeading: Bool { lease.isHeld(at: SystemClock.monotonicMilliseconds()) }

    /// The pace that the leader before has left.
    var inheritedPace: AskedPace { lease.inheritedPace }

    func passOn(_ pace: AskedPace) {
        lease.passOn(pace)
    }

    var durability: Durability { lease.durability }

    /// Gives the lease back, and ends the thread. It blocks until then.
    func stop() {
        end.close()
        thread.join()
    }
}

/// The state of the lease, as its thread leaves it for other threads.
final class LeaseState: Sendable {
    private struct State {
        /// By this process's monotonic clock; in the past if another instance leads.
        var heldUntil = Int64.min
        /// The number of the lease. It grows when the lead goes to another instance.
        var epoch: Int64?
        var inherited = AskedPace.none
        var passedOn = AskedPace.none
        var durability = Durability()
    }

    private let state = Mutex(State())
    /// The clocks of two machines differ by far less in the time of a lease.
    private static let marginMilliseconds: Int64 = 500

    func isHeld(at now: Int64) -> Bool { state.withLock { $0.heldUntil > now } }

    var inheritedPace: AskedPace { state.withLock { $0.inherited } }
    var passedOnPace: AskedPace { state.withLock { $0.passedOn } }
    var durability: Durability { state.withLock { $0.durability } }

    func passOn(_ pace: AskedPace) {
        state.withLock { $0.passedOn = pace }
    }

    /// Notes that the database renewed the lease.
    ///
    /// - Parameters:
    ///   - epoch: the number of the lease.
    ///   - askedAt: the time before the renewal was sent, since the database's time of the renewal is unknown.
    ///   - pace: the pace in the row.
    func noteHeld(epoch: Int64, askedAt: Int64, _ pace: AskedPace) {
        state.withLock { state in
            state.heldUntil = askedAt + Lease.milliseconds - Self.marginMilliseconds
            guard state.epoch != epoch else { return }
            // The dispatcher passes its own pace on once it has taken this one up.
            (state.epoch, state.inherited, state.passedOn) = (epoch, pace, pace)
        }
    }

    func noteNotHeld() {
        state.withLock { state in (state.heldUntil, state.epoch) = (.min, nil) }
    }

    func note(_ durability: Durability) {
        state.withLock { $0.durability = durability }
    }
}
