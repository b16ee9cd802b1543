import API
import AccrualClient
import Crypto
import Front
import Logging
import Owner
import Posix
import Storage
import Synchronization

/// What there is to see of a running server: the parts that know how it is. Any thread may look.
final class ServerWatch: Sendable {
    /// The event loops that serve others, by what their listener is for.
    let fronts: [(listener: String, front: Front)]
    let store: any Storage
    let hasher: Argon2Hasher
    let pipeline: AccrualPipeline
    let events: EventHub
    /// `nil` if nothing is backed up by the clock.
    let backups: BackupStatus?
    let log: LogWriter
    private let isStopping = Atomic<Bool>(false)

    /// The listener that customers need.
    static let customersListener = "customers"

    /// A turn that goes on for so long is no busy one any more.
    private static let turnNanosecondsMax: Int64 = 10_000_000_000

    init(
        fronts: [(listener: String, front: Front)], store: any Storage, hasher: Argon2Hasher,
        pipeline: AccrualPipeline, events: EventHub, backups: BackupStatus?, log: LogWriter
    ) {
        self.fronts = fronts
        self.store = store
        self.hasher = hasher
        self.pipeline = pipeline
        self.events = events
        self.backups = backups
        self.log = log
    }

    /// The server takes no new requests from now on.
    func noteStopping() {
        isStopping.store(true, ordering: .relaxed)
    }

    /// Why the server has to be started anew, in words; nil where it lives.
    var illness: String? {
        let now = SystemClock.monotonicNanoseconds()
        for (listener, front) in fronts {
            let nanoseconds = front.longestTurnNanoseconds(now: now)
            if nanoseconds > Self.turnNanosecondsMax {
                return "an event loop of the \(listener) listener has hung for \(nanoseconds / 1_000_000_000) s"
            }
        }
        return nil
    }

    /// Why customers can't be served now, in words; nil where they can. `probe` belongs to the calling thread.
    func obstacle(_ probe: any StoreProbe) -> String? {
        if isStopping.load(ordering: .relaxed) { return "the server is stopping" }
        if let obstacle = store.obstacle { return obstacle }
        if let front = fronts.first(where: { $0.listener == Self.customersListener })?.front, front.isFull {
            return "the \(Self.customersListener) listener has all of its \(front.connectionsMax) connections"
        }
        return probe.isReadable ? nil : "the database can't be read"
    }
}
