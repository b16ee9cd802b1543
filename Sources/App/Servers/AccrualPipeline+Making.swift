import AccrualClient
import CommandLine
import Configuration
import Loyalty
import Posix
import Rewards
import Storage

extension AccrualPipeline {
    /// Makes the pipeline of a server, with the accrual system that its source names.
    ///
    /// - Parameter builtIn: the built-in accrual system; needed if `source` is the built-in one.
    static func make(
        _ configuration: Configuration, _ source: AccrualSource, _ builtIn: BuiltInAccruals?,
        _ store: any Storage, _ log: Log
    ) throws(StartError) -> AccrualPipeline {
        let timeoutMilliseconds = configuration.pipeline.requestTimeoutMilliseconds
        let makeSystem: @Sendable (Cancellation) -> any AccrualSystem
        var pipeline = configuration.effectivePipeline
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
            let library = try startable { () throws(CurlLibrary.LoadError) in try CurlLibrary.load() }
            let route = try route(to: address, configuration, log)
            pipeline.route = route.description
            var target = CurlTransport.Target(url: address.url)
            target.timeoutMilliseconds = timeoutMilliseconds
            target.proxy = route.proxy
            target.authoritiesFile = route.authoritiesFile
            target.authoritiesFolder = route.authoritiesFolder
            try startable { () throws(CurlLibrary.LoadError) in try CurlTransport.check(target, with: library) }
            makeSystem = { [target] cancellation in
                CurlTransport(library: library, target: target, cancellation: cancellation)
            }
        }
        return AccrualPipeline(
            configuration: pipeline, settlements: store.settlements, leadership: store.leadership,
            clock: SystemClock.monotonicMilliseconds, wallClock: SystemClock.wallClock, log: log,
            makeSystem: makeSystem)
    }

    /// The result of `body`, whose error is one of the start.
    private static func startable<Value>(
        _ body: () throws(CurlLibrary.LoadError) -> Value
    ) throws(StartError) -> Value {
        do throws(CurlLibrary.LoadError) {
            return try body()
        } catch {
            throw StartError(description: "\(error)", status: ExitStatus.unavailable)
        }
    }

    /// Finds how the accrual system is reached, and logs it.
    private static func route(
        to address: AccrualAddress, _ configuration: Configuration, _ log: Log
    ) throws(StartError) -> AccrualRoute {
        let route = AccrualRoute(
            to: address, authoritiesFile: configuration.accrual.authoritiesFile, environment: ProcessSetup.environment)
        if let file = route.authoritiesFile, File.kind(path: file) != .regular {
            let name = configuration.accrual.authoritiesFile == nil ? "SSL_CERT_FILE" : "accrual.ca_file"
            throw StartError(
                description: "\(name): \(file) is not a readable file", status: ExitStatus.configuration)
        }
        log.info("asking the accrual system at \(address.url)\(route.description)")
        return route
    }
}
