import API
import AccrualClient
import CommandLine
import Configuration
import Crypto
import Front
import HTTP
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

/// A server that was started.
protocol StoppableServer: Sendable {
    var endpoints: [Endpoint] { get }
    /// What has to work for it to serve.
    var parts: [ServerPart] { get }
    /// Of this moment, idle ones too.
    var connectionCount: Int { get }

    /// Takes over what of the configuration may change while it runs.
    func apply(_ configuration: Configuration)

    func stop()

    /// How the process is to end after the stop.
    var exitStatus: Int32 { get }
}

extension Storage {
    /// The content of files that were removed, replaced or changed may be lost with this process, which must not end as if all were
    /// well.
    var exitStatus: Int32 { hasFileFault ? ExitStatus.inputOutput : ExitStatus.success }
}

/// The parts of a server, put together: what each is made of is decided here and nowhere else.
final class Application: StoppableServer {
    let endpoints: [Endpoint]
    private let store: any Storage
    private let hasher: Argon2Hasher
    /// Nil where another accrual system is asked.
    private let accruals: BuiltInAccruals?
    private let pipeline: AccrualPipeline
    private let front: Front
    /// Nil where the owner can't be heard.
    private let control: ControlServer?
    private let watch: ServerWatch
    /// Nil where nobody can look.
    private let admin: AdminServer?
    private let stopTimeoutMilliseconds: Int

    static let clock: WallClock = { Timestamp(milliseconds: SystemClock.wallMilliseconds()) }

    /// Starts everything; what it throws leaves nothing running that matters, as the process ends then.
    init(
        _ configuration: Configuration, accrual: AccrualSource, _ manager: ServiceManager, log writer: LogWriter
    ) throws(StartError) {
        let log = writer.log
        let configuration = Self.withConnectionsThatFit(configuration, log)
        store = try Self.open(configuration, log)
        hasher = Argon2Hasher(
            threadCount: configuration.accounts.hashingThreads, waitingMax: configuration.accounts.hashingQueueMax)
        let listeners = try Self.listen(on: configuration.runAddress, for: "run_address", manager, .http)
        accruals = try Self.makeBuiltInAccruals(configuration, accrual, store, manager, writer)
        pipeline = try Self.makePipeline(configuration, accrual, accruals, store.settlements, log)
        let events = EventHub(changeLog: store.changes, limits: configuration.eventLimits)
        front = try Self.serve(configuration, listeners, store, hasher, pipeline.pool, events, writer)
        control = try Self.listenToOwner(configuration, store, log, pool: OwnersPool(pipeline))
        watch = ServerWatch(
            fronts: [(ServerWatch.customersListener, front)] + (accruals?.front.map { [("accruals", $0)] } ?? []),
            store: store,
            hasher: hasher, pipeline: pipeline, events: events, backups: control?.backups, log: writer)
        admin = try Self.listenToAdmin(configuration, watch, store, manager, log)
        pipeline.start()
        store.startSweepingSessions()
        endpoints = listeners.map(\.endpoint)
        stopTimeoutMilliseconds = configuration.http.stopTimeoutMilliseconds
    }

    var parts: [ServerPart] {
        let dispatcher = ServerPart(name: "dispatcher") { [pipeline] answer in pipeline.whenReached(answer) }
        return front.parts(of: "customers") + (accruals?.parts ?? []) + [store.part, dispatcher]
    }

    var connectionCount: Int { front.connectionCount }

    /// Stops in the order in which work flows, so that each part still finds the next.
    func stop() {
        watch.noteStopping()
        let end = SystemClock.monotonicMilliseconds() + Int64(stopTimeoutMilliseconds)
        front.stop(withinMilliseconds: stopTimeoutMilliseconds)
        accruals?.stopListening(withinMilliseconds: max(0, Int(end - SystemClock.monotonicMilliseconds())))
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

    /// Customers are served also where the owner can't be heard, unless the owner counts on backups by the clock.
    static func listenToOwner(
        _ configuration: Configuration, _ store: any Storage, _ log: Log,
        pool: OwnersPool? = nil
    ) throws(StartError) -> ControlServer? {
        // A store without a file has no place beside it where its server could listen.
        guard let file = store.filePath else { return nil }
        let plan = configuration.backupPlan
        let path = ControlSocket.path(ofDatabase: file)
        do throws(SystemError) {
            // Its threads act in the name of the database's owner as well: a command writes nothing that the owner may not.
            return try FileAccount.acting(for: .owner(of: file)) { () throws(SystemError) in
                try ControlServer(path: path, store: store, plan: plan, pool: pool, log: log)
            }
        } catch {
            let problem = "commands for this server can't be taken at \(path): \(error)"
            guard plan == nil else { throw StartError(description: problem, status: ExitStatus.unavailable) }
            log.warning(problem)
            return nil
        }
    }

    /// Shop software reaches the built-in accrual system where `accrual.listen` says.
    private static func makeBuiltInAccruals(
        _ configuration: Configuration, _ source: AccrualSource, _ store: any Storage, _ manager: ServiceManager,
        _ writer: LogWriter
    ) throws(StartError) -> BuiltInAccruals? {
        guard case .builtIn = source else { return nil }
        let log = writer.log
        let listeners = try listen(
            on: configuration.accrual.listen, for: "accrual.listen", manager, .accrual,
            orElse: "no receipts can be sent to the built-in accrual system", log)
        var front = configuration.front
        front.eventLoops = 1
        front.connectionsMax = BuiltInAccruals.connectionsMax
        front.connectionsPerAddressMax = BuiltInAccruals.connectionsMax
        front.requestLog = writer
        let accruals = try BuiltInAccruals(configuration, front: front, listeners, store, log)
        for endpoint in accruals.endpoints { log.info("the built-in accrual system listens on http://\(endpoint)") }
        return accruals
    }

    private static func makePipeline(
        _ configuration: Configuration, _ source: AccrualSource, _ builtIn: BuiltInAccruals?,
        _ settlements: any SettlementRepository, _ log: Log
    ) throws(StartError) -> AccrualPipeline {
        let timeoutMilliseconds = configuration.dispatcher.requestTimeoutMilliseconds
        let makeSystem: @Sendable (Cancellation) -> any AccrualSystem
        var pipeline = configuration.pipeline
        switch source {
        case .builtIn:
            guard let builtIn else { preconditionFailure("the built-in accrual system was not started") }
            makeSystem = { _ in builtIn.makeSystem() }
        case .invented(let isChaotic):
            let accruals = InventedAccruals(isChaotic: isChaotic)
            makeSystem = { cancellation in
                InventedTransport(
                    accruals: accruals, timeoutMilliseconds: timeoutMilliseconds, cancellation: cancellation)
            }
        case .system(let address):
            let library: CurlLibrary
            do throws(CurlLibrary.LoadError) {
                library = try CurlLibrary.load()
            } catch {
                throw StartError(description: "\(error)", status: ExitStatus.unavailable)
            }
            let route = try Self.route(to: address, configuration, log)
            pipeline.route = route.description
            var target = CurlTransport.Target(url: address.url)
            target.timeoutMilliseconds = timeoutMilliseconds
            target.proxy = route.proxy
            target.authoritiesFile = route.authoritiesFile
            target.authoritiesFolder = route.authoritiesFolder
            makeSystem = { [target] cancellation in
                CurlTransport(library: library, target: target, cancellation: cancellation)
            }
        }
        return AccrualPipeline(
            configuration: pipeline, settlements: settlements,
            clock: SystemClock.monotonicMilliseconds, wallClock: clock, log: log,
            makeSystem: makeSystem)
    }

    /// How the accrual system is reached, which the log says at the start.
    private static func route(
        to address: AccrualAddress, _ configuration: Configuration, _ log: Log
    ) throws(StartError) -> AccrualRoute {
        let route = AccrualRoute(
            to: address, authoritiesFile: configuration.accrual.authoritiesFile, environment: ProcessSetup.environment)
        if let file = route.authoritiesFile, File.kind(path: file) != .regular {
            let name = configuration.accrual.authoritiesFile == nil ? "SSL_CERT_FILE" : "accrual.ca_file"
            throw StartError(
                description: "\(name): \(file) is no file that can be read", status: ExitStatus.configuration)
        }
        log.info("asking the accrual system at \(address.url)\(route.description)")
        return route
    }

    private static func listenToAdmin(
        _ configuration: Configuration, _ watch: ServerWatch, _ store: any Storage, _ manager: ServiceManager,
        _ log: Log
    ) throws(StartError) -> AdminServer? {
        guard let listen = configuration.admin else { return nil }
        let listeners = try Self.listen(
            on: listen, for: "admin_address", manager, .admin, orElse: "nobody can watch the server", log)
        guard !listeners.isEmpty else { return nil }
        let admin = try AdminServer(
            configuration.front, hostNames: configuration.hostNames, listeners, watch, store, log)
        for endpoint in admin.endpoints { log.info("metrics, healthz and readyz are at http://\(endpoint)") }
        return admin
    }

    /// Where nobody chose the address, a port that is taken is no reason to serve no customers: there are no listeners then,
    /// with a warning of what is to be done without.
    private static func listen(
        on listen: Configuration.Listen, for key: String, _ manager: ServiceManager, _ use: ServiceManager.SocketUse,
        orElse consequence: String, _ log: Log
    ) throws(StartError) -> [Listener] {
        do throws(StartError) {
            return try Self.listen(on: listen.address, for: key, manager, use, isConfigured: listen.isConfigured)
        } catch {
            guard !listen.isConfigured else { throw error }
            log.warning("\(error): \(consequence); set \(key)")
            return []
        }
    }

    /// Takes what the service manager passed for this use, and listens on the address where that is nothing.
    ///
    /// - Parameters:
    ///   - key: the setting that has the address.
    ///   - isConfigured: whether the address is the owner's, who is told if passed sockets listen elsewhere.
    static func listen(
        on address: Address, for key: String, _ manager: ServiceManager, _ use: ServiceManager.SocketUse,
        isConfigured: Bool = true
    ) throws(StartError) -> [Listener] {
        let passed: [Listener]
        do throws(ServiceManager.Failure) {
            passed = try manager.takeListeners(for: use)
        } catch {
            throw StartError(error)
        }
        guard passed.isEmpty else {
            if isConfigured { manager.note(PassedAddress(key: key, endpoints: passed.map(\.endpoint)), of: address) }
            return passed
        }
        do {
            return try Listener.listen(on: try Endpoint.resolve(host: address.host, port: address.port))
        } catch let error as Endpoint.ResolutionError {
            throw StartError(description: "\(key): \(address): \(error.reason)", status: ExitStatus.unavailable)
        } catch {
            throw StartError(description: "\(key): \(address): \(error)", status: ExitStatus.unavailable)
        }
    }

    private static func serve(
        _ configuration: Configuration, _ listeners: [Listener], _ store: any Storage, _ hasher: Argon2Hasher,
        _ queue: any OrderQueue, _ events: EventHub, _ writer: LogWriter
    ) throws(StartError) -> Front {
        let log = writer.log
        let throttle = AccountThrottle(configuration.throttlePolicy, clock: SystemClock.monotonicMilliseconds)
        var settings = configuration.api
        settings.proxyWatch = ProxyWatch(clock: SystemClock.monotonicMilliseconds) { log.warning($0) }
        settings.entityTagEpoch = UInt64.random(in: .min ... .max)
        var front = configuration.front
        front.requestLog = writer
        do {
            return try Front(configuration: front, listeners: listeners) { [settings] _ in
                let repository = try store.makeRepository()
                return GophermartAPI.handler(
                    accounts: AccountService(
                        repository: repository, hasher: hasher, tokens: SodiumTokens(),
                        policy: configuration.accountPolicy, throttle: throttle, clock: clock),
                    repository: repository, queue: queue, clock: clock, events: events, settings: settings,
                    requestIDs: RequestIDs(prefix: UInt64.random(in: .min ... .max)))
            } onFailure: { error in
                log.error("an event loop can't go on: \(error)")
                log.flush()
                ProcessSetup.exitAtOnce(status: ExitStatus.software)
            }
        } catch {
            throw StartError(description: "\(error)", status: ExitStatus.unavailable)
        }
    }
}
