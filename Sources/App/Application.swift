import API
import Accrual
import AccrualSystem
import Crypto
import Front
import HTTP
import Loyalty
import Posix
import Store

/// A server that was started.
protocol StoppableServer: Sendable {
    var endpoints: [Endpoint] { get }
    func stop()
}

/// The parts of a server, put together: what each is made of is decided here and nowhere else.
final class Application: StoppableServer {
    let endpoints: [Endpoint]
    private let store: LoyaltyStore
    private let hasher: Argon2Hasher
    private let sweeper: SessionSweeper
    /// Nil where another accrual system is asked.
    private let accruals: BuiltInAccruals?
    private let pipeline: AccrualPipeline
    private let front: Front
    /// Nil where the owner can't be heard.
    private let control: ControlServer?
    private let stopTimeoutMilliseconds: Int

    /// Why a server can't start, in a sentence for the owner.
    struct StartError: Error, CustomStringConvertible {
        let description: String
        let status: Int32
    }

    static let clock: WallClock = { Timestamp(milliseconds: SystemClock.wallMilliseconds()) }

    /// Starts everything; what it throws leaves nothing running that matters, as the process ends then.
    init(_ configuration: Configuration, accrual: AccrualSource, log: Log) throws(StartError) {
        Self.raiseOpenFilesLimit(configuration, log)
        store = try Self.open(configuration, log)
        hasher = Argon2Hasher(
            threadCount: configuration.accounts.hashingThreads, waitingMax: configuration.accounts.hashingQueueMax)
        let listeners = try Self.listen(on: configuration.runAddress, for: "run_address")
        accruals = try Self.makeBuiltInAccruals(configuration, accrual, store, log)
        pipeline = try Self.makePipeline(configuration, accrual, accruals, store.settlements, log)
        front = try Self.serve(configuration, listeners, store, hasher, pipeline.pool, log)
        control = try Self.listenToOwner(configuration, store, log)
        pipeline.start()
        sweeper = store.startSweepingSessions()
        endpoints = listeners.map(\.endpoint)
        stopTimeoutMilliseconds = configuration.http.stopTimeoutMilliseconds
    }

    /// Stops in the order in which work flows, so that each part still finds the next.
    func stop() {
        let end = SystemClock.monotonicMilliseconds() + Int64(stopTimeoutMilliseconds)
        front.stop(withinMilliseconds: stopTimeoutMilliseconds)
        accruals?.stopListening(withinMilliseconds: max(0, Int(end - SystemClock.monotonicMilliseconds())))
        hasher.stop()
        pipeline.stop()
        accruals?.close()
        control?.stop()
        sweeper.stop()
        store.stop()
    }

    static func raiseOpenFilesLimit(_ configuration: Configuration, _ log: Log) {
        // Besides connections: the database, listeners, event loops, the accrual system's connections.
        let wanted =
            configuration.http.connectionsMax + BuiltInAccruals.connectionsMax + 4 * configuration.dispatcher.workers
            + 256
        let limit = ProcessSetup.raiseOpenFilesLimit(to: wanted)
        if limit < wanted {
            log.warning("only \(limit) files may be open at once, so fewer than http.connections_max can be served")
        }
    }

    static func open(_ configuration: Configuration, _ log: Log) throws(StartError) -> LoyaltyStore {
        var limits = Writer.Limits()
        limits.queueCapacity = configuration.storage.writeQueueMax
        limits.batchOperationsMax = configuration.storage.batchMax
        limits.keptChangesMax = configuration.events.keptMax
        do throws(StoreError) {
            return try LoyaltyStore(path: configuration.database.path, limits: limits, clock: clock, log: log) {
                // Nothing in memory can be trusted to be written; what was acknowledged is on the disk.
                ProcessSetup.exitAtOnce(status: ExitStatus.inputOutput)
            }
        } catch {
            throw StartError(description: "database_uri: \(error)", status: ExitStatus.unavailable)
        }
    }

    /// Customers are served also where the owner can't be heard, unless the owner counts on backups by the clock.
    static func listenToOwner(
        _ configuration: Configuration, _ store: LoyaltyStore, _ log: Log
    ) throws(StartError) -> ControlServer? {
        let plan = configuration.backupPlan
        do throws(SystemError) {
            return try ControlServer(store: store, plan: plan, log: log)
        } catch {
            let path = ControlSocket.path(ofDatabase: store.path)
            let problem = "commands for this server can't be taken at \(path): \(error)"
            guard plan == nil else { throw StartError(description: problem, status: ExitStatus.unavailable) }
            log.warning(problem)
            return nil
        }
    }

    /// Shop software reaches the built-in accrual system where `accrual.listen` says. Where nobody said, a port that is taken is
    /// no reason to serve no customers.
    private static func makeBuiltInAccruals(
        _ configuration: Configuration, _ source: AccrualSource, _ store: LoyaltyStore, _ log: Log
    ) throws(StartError) -> BuiltInAccruals? {
        guard case .builtIn = source else { return nil }
        let listeners: [Listener]
        do throws(StartError) {
            listeners = try listen(on: configuration.accrual.listen.address, for: "accrual.listen")
        } catch {
            guard !configuration.accrual.listen.isConfigured else { throw error }
            log.warning("\(error): no receipts can be sent to the built-in accrual system; set accrual.listen")
            listeners = []
        }
        var front = configuration.front
        front.eventLoops = 1
        front.connectionsMax = BuiltInAccruals.connectionsMax
        front.connectionsPerAddressMax = BuiltInAccruals.connectionsMax
        let accruals = try BuiltInAccruals(configuration, front: front, listeners, store, log)
        for endpoint in accruals.endpoints { log.info("the built-in accrual system listens on http://\(endpoint)") }
        return accruals
    }

    private static func makePipeline(
        _ configuration: Configuration, _ source: AccrualSource, _ builtIn: BuiltInAccruals?,
        _ settlements: any SettlementRepository, _ log: Log
    ) throws(StartError) -> AccrualPipeline {
        let timeoutMilliseconds = configuration.dispatcher.requestTimeoutMilliseconds
        let makeTransport: @Sendable (Cancellation) -> any AccrualTransport
        switch source {
        case .builtIn:
            guard let builtIn else { preconditionFailure("who is asked is there") }
            makeTransport = { _ in builtIn.transport }
        case .invented(let isChaotic):
            let accruals = InventedAccruals(isChaotic: isChaotic)
            makeTransport = { cancellation in
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
            makeTransport = { cancellation in
                CurlTransport(
                    library: library, url: address.url, timeoutMilliseconds: timeoutMilliseconds,
                    cancellation: cancellation)
            }
        }
        return AccrualPipeline(
            configuration: configuration.pipeline, settlements: settlements,
            clock: SystemClock.monotonicMilliseconds, wallClock: clock, log: log,
            makeTransport: makeTransport)
    }

    /// - Parameter key: the setting that has the address.
    static func listen(on address: Address, for key: String) throws(StartError) -> [Listener] {
        do {
            return try Listener.listen(on: try Endpoint.resolve(host: address.host, port: address.port))
        } catch let error as Endpoint.ResolutionError {
            throw StartError(description: "\(key): \(address): \(error.reason)", status: ExitStatus.unavailable)
        } catch {
            throw StartError(description: "\(key): \(address): \(error)", status: ExitStatus.unavailable)
        }
    }

    private static func serve(
        _ configuration: Configuration, _ listeners: [Listener], _ store: LoyaltyStore, _ hasher: Argon2Hasher,
        _ queue: any OrderQueue, _ log: Log
    ) throws(StartError) -> Front {
        let throttle = AccountThrottle(configuration.throttlePolicy, clock: SystemClock.monotonicMilliseconds)
        var settings = configuration.api
        settings.entityTagEpoch = UInt64.random(in: .min ... .max)
        let events = EventHub(changeLog: store.changeLog, limits: configuration.eventLimits)
        do {
            return try Front(configuration: configuration.front, listeners: listeners) { [settings] _ in
                let repository = try store.makeRepository()
                return GophermartAPI(
                    accounts: AccountService(
                        repository: repository, hasher: hasher, tokens: SodiumTokens(),
                        policy: configuration.accountPolicy, throttle: throttle, clock: clock),
                    orders: OrderService(repository: repository, queue: queue, clock: clock),
                    balances: BalanceService(repository: repository, clock: clock), events: events,
                    versions: repository, settings: settings,
                    requestIDs: RequestIDs(prefix: UInt64.random(in: .min ... .max)),
                    didEndBatch: { repository.endBatch() },
                    didClose: { repository.close() })
            } onFailure: { error in
                log.error("an event loop can't go on: \(error)")
                ProcessSetup.exitAtOnce(status: ExitStatus.software)
            }
        } catch {
            throw StartError(description: "\(error)", status: ExitStatus.unavailable)
        }
    }
}
