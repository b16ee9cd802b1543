import API
import AccrualClient
import Configuration
import Crypto
import Eventual
import Front
import HTTP
import Loyalty
import Owner
import Posix
import Rewards
import SignIn
import Storage
import Time
import Web

/// The listener of the staff, with an event loop of its own: the staff works even if the customers' loops are busy.
final class StaffServer: Sendable {
    /// A shop has a few dozen cashiers and cash registers, each with a handful of connections.
    static let connectionsMax = 1024
    /// The largest number of connections of one address. A whole shop may have one address, but another shop has to
    /// find room, too.
    private static let connectionsPerAddressMax = connectionsMax / 2

    let front: Front
    let endpoints: [Endpoint]
    private let folder: BackupFolder?

    /// - Parameter hasRewards: true if the built-in accrual system is asked.
    init(
        _ configuration: Configuration, front frontConfiguration: FrontConfiguration, _ listeners: [Listener],
        _ store: any Storage, _ hasher: Argon2Hasher, _ pipeline: AccrualPipeline, hasRewards: Bool, _ log: Log
    ) throws(StartError) {
        endpoints = listeners.map(\.endpoint)
        var frontConfiguration = frontConfiguration
        frontConfiguration.eventLoops = 1
        frontConfiguration.connectionsMax = Self.connectionsMax
        frontConfiguration.connectionsPerAddressMax = Self.connectionsPerAddressMax
        let folder = configuration.backupPlan.map { BackupFolder($0, store: store, log: log) }
        self.folder = folder
        // The staff's attempts are counted apart from those of customers.
        let throttle = AccountThrottle(
            configuration.throttlePolicy, exchange: store.attemptExchange?.limited(to: .staff),
            digest: SodiumTokens.digest,
            clock: SystemClock.monotonicMilliseconds)
        let surroundings = ShopSurroundings(pipeline, folder, backupRefusal: store.backupRefusal)
        var settings = configuration.staffAPI
        settings.proxyWatch = ProxyWatch(clock: SystemClock.monotonicMilliseconds) { log.warning($0) }
        let queue = pipeline.pool
        front = try Front.serving("the staff listener", frontConfiguration, listeners, log) { [settings] in
            let repository = try store.makeStaffRepository()
            let rules = hasRewards ? try store.makeRewardRepository() : nil
            let rewards = rules.map { rules in
                RewardService(
                    repository: rules, recents: RecentReceipts(), clock: SystemClock.wallClock,
                    monotonicClock: SystemClock.monotonicMilliseconds)
            }
            let signIns = StaffSignInService(
                repository: repository, hasher: hasher, tokens: SodiumTokens(), policy: configuration.staffPolicy,
                throttle: throttle, clock: SystemClock.wallClock)
            return StaffAPI.handler(
                signIns: signIns, repository: repository, rewards: rewards, queue: queue, surroundings: surroundings,
                clock: SystemClock.wallClock, settings: settings,
                requestIDs: RequestIDs(prefix: UInt64.random(in: .min ... .max)),
                reader: StaffReader(repository, rules))
        }
    }

    /// The parts that have to work for the listener to serve.
    var parts: [ServerPart] { front.parts(of: "staff") }

    /// Ends a backup under way, and waits for the stop of ``front``, which has begun.
    func waitForStop() {
        folder?.stop()
        front.waitForStop()
    }
}

/// The readers through which the staff's event loop reads.
private final class StaffReader: BatchReader {
    private let repository: any StaffRepository
    /// `nil` if another accrual system is asked.
    private let rules: (any RewardRepository)?

    init(_ repository: any StaffRepository, _ rules: (any RewardRepository)?) {
        (self.repository, self.rules) = (repository, rules)
    }

    func endBatch() {
        repository.endBatch()
        rules?.endBatch()
    }

    func close() {
        repository.close()
        rules?.close()
    }
}

extension ShopSurroundings {
    fileprivate init(_ pipeline: AccrualPipeline, _ folder: BackupFolder?, backupRefusal: String?) {
        self.init(
            days: { ShopDays.last($0, upTo: $1) },
            // A server that does not lead keeps its pool closed.
            isLeading: { pipeline.pool.isOpen }, readReport: { OwnersPool($0)?.state() },
            waiting: { pipeline.snapshot.unsettled }, accrualState: { pipeline.snapshot.stateName },
            newestBackup: { folder?.list()?.first.map { Timestamp(milliseconds: $0.seconds * 1000) } },
            backups: folder.map { StaffBackups(folder: $0) }, backupRefusal: backupRefusal)
    }
}

private struct StaffBackups: ShopBackups {
    let folder: BackupFolder

    func list() -> [ShopBackup]? { folder.list()?.map { ShopBackup($0) } }

    func make() async throws(LoyaltyError) -> ShopBackup { ShopBackup(try await folder.make()) }
}

extension ShopBackup {
    fileprivate init(_ file: BackupFolder.File) {
        self.init(name: file.name, at: Timestamp(milliseconds: file.seconds * 1000), bytes: Int64(file.bytes))
    }
}
