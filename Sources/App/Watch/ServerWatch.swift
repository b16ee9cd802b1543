import API
import AccrualClient
import Crypto
import Front
import Logging
import Owner
import Posix
import Storage
import Synchronization

/// The state of a running server, from its parts. Any thread may read it.
final class ServerWatch: Sendable {
    /// The fronts that serve others, by the use of their listener.
    let fronts: [(listener: String, front: Front)]
    let store: any Storage
    let hasher: Argon2Hasher
    let pipeline: AccrualPipeline
    let events: EventHub
    /// The state of scheduled backups; `nil` if there are none.
    let backups: BackupStatus?
    let log: LogWriter
    private let isStopping = Atomic<Bool>(false)

    /// The name of the listener that customers need.
    static let customersListener = "customers"

    /// A turn of an event loop that takes longer is regarded as hanging.
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

    /// Notes that the server takes no new requests from now on.
    func noteStopping() {
        isStopping.store(true, ordering: .relaxed)
    }

    /// The reason for which the server has to be restarted, in words; `nil` if it is alive.
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

    /// The reason for which customers can't be served now, in words; `nil` if they can.
    ///
    /// - Parameter probe: belongs to the calling thread.
    func obstacle(_ probe: any StoreProbe) -> String? {
        if isStopping.load(ordering: .relaxed) { return "the server is stopping" }
        if let obstacle = store.obstacle { return obstacle }
        if let front = fronts.first(where: { $0.listener == Self.customersListener })?.front, front.isFull {
            return "the \(Self.customersListener) listener has all of its \(front.connectionsMax) connections"
        }
        return probe.isReadable ? nil : "the database can't be read"
    }
}
