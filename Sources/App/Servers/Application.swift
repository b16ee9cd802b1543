import API
import AccrualClient
import CommandLine
import Configuration
import Crypto
import Front
import HTTP
import Hashing
import JSON
import Logging
import Loyalty
import Owner
import Posix
import Rewards
import SignIn
import Storage
import Systemd
import Web

/// A server: all of its parts, and how they are put together.
final class Application: StoppableServer {
    let endpoints: [Endpoint]
    private let store: any Storage
    private let hasher: Argon2Hasher
    /// `nil` if another accrual system is asked.
    private let accruals: BuiltInAccruals?
    private let pipeline: AccrualPipeline
    private let front: Front
    /// `nil` if there is no listener for the staff.
    private let staff: StaffServer?
    /// `nil` if the control socket could not be made.
    private let control: ControlServer?
    private let watch: ServerWatch
    /// `nil` if there is no listener for monitoring.
    private let admin: AdminServer?
    private let stopTimeoutMilliseconds: Int

    /// Starts every part. If this throws, some parts may still run, and the process has to end.
    init(
        _ configuration: Configuration, accrual: AccrualSource, _ manager: ServiceManager, log writer: LogWriter
    ) throws(StartError) {
        let log = writer.log
        let configuration = OpenFiles.withConnectionsThatFit(configuration, log)
        let opened = try Listeners(manager: manager, log: log).open(configuration)
        (store, endpoints) = (opened.store, opened.listeners.map(\.endpoint))
        hasher = Argon2Hasher(limits: configuration.hashing, log: log) { [store] cancellation in
            store.passwordHashKinds(otherThan: Argon2Parameters.standard.kind, until: cancellation)
        }
        accruals = try Self.makeBuiltInAccruals(configuration, accrual, store, manager, writer)
        pipeline = try AccrualPipeline.make(configuration, accrual, accruals, store, log)
        let events = EventHub(feed: store.changes, limits: configuration.events)
        front = try Self.serve(configuration, opened.listeners, store, hasher, pipeline.pool, events, writer)
        staff = try Self.serveStaff(configuration, accrual, store, hasher, pipeline, manager, writer)
        let pool = OwnersPool(pipeline, isBuiltIn: accruals != nil)
        control = try ControlServer.starting(configuration, store, log, pool: pool)
        let leader = "\(ProcessSetup.hostName), process \(ProcessSetup.processID)"
        store.leadership.share { pool.report(of: leader) }
        watch = ServerWatch(
            fronts: [(ServerWatch.customersListener, front)] + (accruals?.front.map { [("accruals", $0)] } ?? [])
                + (staff.map { [("staff", $0.front)] } ?? []),
            store: store, hasher: hasher, pipeline: pipeline, events: events, backups: control?.backups, log: writer)
        admin = try Self.listenToAdmin(configuration, watch, store, manager, log)
        pipeline.start()
        store.startSweepingSessions()
        stopTimeoutMilliseconds = configuration.http.stopTimeoutMilliseconds
    }

    var parts: [ServerPart] {
        let dispatcher = ServerPart(name: "dispatcher") { [pipeline] answer in pipeline.whenReached(answer) }
        return front.parts(of: "customers") + (accruals?.parts ?? []) + (staff?.parts ?? []) + [store.part, dispatcher]
    }

    var connectionCount: Int { front.connectionCount }

    /// Stops the parts in the order in which work flows through them, so that each part can still use the next.
    func stop() {
        watch.noteStopping()
        // All fronts stop at the same time, since each may wait a second for requests that are on their way.
        for front in [front, staff?.front, accruals?.front] {
            front?.beginStop(withinMilliseconds: stopTimeoutMilliseconds)
        }
        staff?.waitForStop()
        front.waitForStop()
        accruals?.front?.waitForStop()
        hasher.stop()
        pipeline.stop()
        accruals?.close()
        control?.stop()
        admin?.stop()
        store.stop()
    }

    var exitStatus: Int32 { store.exitStatus }

    func apply(_ configuration: Configuration) {
        pipeline.limit(requestsPerMinuteMax: configuration.pipeline.requestsPerMinuteMax)
    }

    /// Makes the built-in accrual system, if it is the one that is asked. Shop software reaches it on `accrual.listen`.
    private static func makeBuiltInAccruals(
        _ configuration: Configuration, _ source: AccrualSource, _ store: any Storage, _ manager: ServiceManager,
        _ writer: LogWriter
    ) throws(StartError) -> BuiltInAccruals? {
        guard case .builtIn = source else { return nil }
        let log = writer.log
        let listeners = try Listeners(manager: manager, log: log).listen(
            on: configuration.accrual.listen, for: "accrual.listen", .accrual,
            orElse: "no receipts can be sent to the built-in accrual system")
        var front = configuration.effectiveFront
        front.eventLoops = 1
        front.connectionsMax = BuiltInAccruals.connectionsMax
        front.connectionsPerAddressMax = BuiltInAccruals.connectionsPerAddressMax
        front.requestLog = writer
        let accruals = try BuiltInAccruals(configuration, front: front, listeners, store, log)
        for endpoint in accruals.endpoints { log.info("the built-in accrual system listens on http://\(endpoint)") }
        return accruals
    }

    private static func listenToAdmin(
        _ configuration: Configuration, _ watch: ServerWatch, _ store: any Storage, _ manager: ServiceManager,
        _ log: Log
    ) throws(StartError) -> AdminServer? {
        guard let listen = configuration.admin else { return nil }
        let listeners = try Listeners(manager: manager, log: log).listen(
            on: listen, for: "admin_address", .admin, orElse: "the server can't be monitored")
        guard !listeners.isEmpty else { return nil }
        let admin = try AdminServer(
            configuration.effectiveFront, hostNames: configuration.hostNames, listeners, watch, store, log)
        for endpoint in admin.endpoints { log.info("metrics, healthz and readyz are at http://\(endpoint)") }
        return admin
    }

    private static func serveStaff(
        _ configuration: Configuration, _ source: AccrualSource, _ store: any Storage, _ hasher: Argon2Hasher,
        _ pipeline: AccrualPipeline, _ manager: ServiceManager, _ writer: LogWriter
    ) throws(StartError) -> StaffServer? {
        guard let listen = configuration.staffListen else { return nil }
        let log = writer.log
        let listeners = try Listeners(manager: manager, log: log).listen(
            on: listen, for: "staff_address", .staff, orElse: "the staff can't work through the API")
        guard !listeners.isEmpty else { return nil }
        var front = configuration.effectiveFront
        front.requestLog = writer
        let hasRewards = if case .builtIn = source { true } else { false }
        let staff = try StaffServer(
            configuration, front: front, listeners, store, hasher, pipeline, hasRewards: hasRewards, log)
        for endpoint in staff.endpoints { log.info("the staff's page and API listen on http://\(endpoint)") }
        return staff
    }

    private static func serve(
        _ configuration: Configuration, _ listeners: [Listener], _ store: any Storage, _ hasher: Argon2Hasher,
        _ queue: any OrderQueue, _ events: EventHub, _ writer: LogWriter
    ) throws(StartError) -> Front {
        let log = writer.log
        let throttle = AccountThrottle(
            configuration.throttlePolicy, exchange: store.attemptExchange?.limited(to: .customers),
            digest: SodiumTokens.digest,
            clock: SystemClock.monotonicMilliseconds)
        var settings = configuration.api
        settings.proxyWatch = ProxyWatch(clock: SystemClock.monotonicMilliseconds) { log.warning($0) }
        if let epoch = store.entityTagEpoch {
            // Servers of another version may write the same data in another way.
            let build = FNV1a.hash64(Array("\(Version.text) \(BuildCommit.text ?? "")".utf8))
            (settings.entityTagEpoch, settings.entityTagHash) = (epoch ^ build, KeyedHash.sipHash)
        } else {
            settings.entityTagEpoch = .random(in: .min ... .max)
        }
        var front = configuration.effectiveFront
        front.requestLog = writer
        return try Front.serving("the API", front, listeners, log) { [settings] in
            let repository = try store.makeRepository()
            return GophermartAPI.handler(
                accounts: AccountService(
                    repository: repository, hasher: hasher, tokens: SodiumTokens(),
                    policy: configuration.accountPolicy, throttle: throttle,
                    isRegistrationOpen: configuration.accounts.isRegistrationOpen, clock: SystemClock.wallClock),
                repository: repository, queue: queue, clock: SystemClock.wallClock, events: events, settings: settings,
                requestIDs: RequestIDs(prefix: UInt64.random(in: .min ... .max)))
        }
    }
}
