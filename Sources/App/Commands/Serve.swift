import CommandLine
import Configuration
import Logging
import Loyalty
import Posix
import Systemd

/// Runs a server from its start to the signal that ends it.
enum Serve {
    static func run(_ configuration: Configuration, _ source: ConfigurationSource) -> Int32 {
        let accrual = configuration.accrualSystem.map { AccrualSource.system($0) } ?? .builtIn
        return run(configuration, source) { manager, writer throws(StartError) in
            try Application(configuration, accrual: accrual, manager, log: writer)
        }
    }

    /// `martlet accrual`
    static func runAccrualSystem(_ configuration: Configuration, _ source: ConfigurationSource) -> Int32 {
        run(configuration, source) { manager, writer throws(StartError) in
            try AccrualServer(configuration, manager, log: writer.log)
        }
    }

    /// Serves until a signal, and returns the exit status.
    ///
    /// - Parameters:
    ///   - source: the source that SIGHUP reads again; `nil` if the signal is to be ignored.
    ///   - start: starts the server.
    ///   - didStart: is called after the server listens.
    static func run(
        _ configuration: Configuration, _ source: ConfigurationSource?,
        _ start: (ServiceManager, LogWriter) throws(StartError) -> any StoppableServer,
        didStart: (_ endpoints: [Endpoint]) -> Void = { _ in }
    ) -> Int32 {
        BrokenPipe.ignore()
        // This comes before any thread starts, because threads inherit which signals are blocked, and only this thread
        // takes them.
        OwnerSignal.block()
        let writer = LogWriter(configuration.log)
        defer { writer.stop() }
        let log = writer.log
        CutMapping.endProcess(line: writer.lineOfCutMapping, status: ExitStatus.inputOutput)
        let server: any StoppableServer
        let manager: ServiceManager
        do throws(StartError) {
            manager = try makeManager(log)
            server = try start(manager, writer)
        } catch {
            log.error("\(error)")
            return error.status
        }
        for endpoint in server.endpoints { log.info("listening on http://\(endpoint)") }
        didStart(server.endpoints)
        manager.noteUnused()
        let status = "serving on \(server.endpoints.map(\.description).joined(separator: ", "))"
        manager.tell(.ready(status: status))
        let watchdog = manager.watchdogMilliseconds.map { milliseconds in
            Watchdog(intervalMilliseconds: milliseconds, parts: server.parts, manager: manager, log: log)
        }
        let reason = waitForStop(of: server, configuration, source, manager.replaced, writer) { reload in
            manager.whileReloading(status: status, reload)
        }
        log.info("\(reason): stopping; another signal ends the server at once")
        manager.tell(.stopping(status: "finishing the requests of \(server.connectionCount) connections"))
        watchdog?.stop()
        server.stop()
        log.info("stopped")
        return server.exitStatus
    }

    private static func makeManager(_ log: Log) throws(StartError) -> ServiceManager {
        do throws(ServiceManager.Failure) {
            return try ServiceManager(environment: ProcessSetup.environment, log: log)
        } catch {
            throw StartError(error)
        }
    }

    /// Reads the configuration again at every SIGHUP, and returns the reason for which the server has to stop.
    private static func waitForStop(
        of server: any StoppableServer, _ configuration: Configuration, _ source: ConfigurationSource?,
        _ replaced: [PassedAddress], _ writer: LogWriter, whileReloading: (_ reload: () -> Void) -> Void
    ) -> String {
        var inForce = configuration
        while true {
            switch OwnerSignal.next() {
            case .stop(let name): return name
            case .reload:
                // The kernel sends SIGHUP after a terminal was closed too. A server without its terminal would be hard
                // to find, so it stops.
                if writer.hasLostTerminal { return "SIGHUP from a terminal that was closed" }
                guard let source else { continue }
                whileReloading {
                    guard let change = read(source, inForce, writer.log) else { return }
                    inForce = change.configuration
                    writer.apply(inForce.log)
                    server.apply(inForce)
                    tell(of: change, replaced, writer.log)
                }
            }
        }
    }

    /// Returns `nil` if the configuration can't be read; then the one in force stays.
    private static func read(
        _ source: ConfigurationSource, _ inForce: Configuration, _ log: Log
    ) -> ConfigurationChange? {
        do throws(ConfigurationError) {
            let (configuration, warnings) = try source.load()
            for warning in warnings { log.warning(warning) }
            return ConfigurationChange(from: inForce, to: configuration)
        } catch {
            log.error("SIGHUP: the configuration stays as it was: \(error)")
            return nil
        }
    }

    private static func tell(of change: ConfigurationChange, _ replaced: [PassedAddress], _ log: Log) {
        let applied = change.applied.isEmpty ? "nothing" : change.applied.joined(separator: ", ")
        log.info("SIGHUP: the configuration was read again; applied: \(applied)")
        for address in replaced where change.waiting.contains(address.key) {
            log.warning("SIGHUP: \(address.changeWarning)")
        }
        let waiting = change.waiting.filter { key in !replaced.contains { $0.key == key } }
        guard !waiting.isEmpty else { return }
        log.warning("SIGHUP: changed, and in force after a restart: \(waiting.joined(separator: ", "))")
    }
}

extension Command {
    /// The exit statuses of a server.
    static let serverStatuses = [
        ExitStatus.success, ExitStatus.unavailable, ExitStatus.software, ExitStatus.inputOutput,
    ]

    static let serve: Command = Command(
        "serve", "serve the API; the same as no command", settings: Settings.main, statuses: serverStatuses,
        effect: .serves, action: .run { _, configuration, source in Serve.run(configuration, source) })

    static let accrual: Command = Command(
        "accrual", "serve the built-in accrual system alone",
        settings: Settings.main.filter { $0.key != "accrual_system_address" }, statuses: serverStatuses,
        effect: .serves, defaults: accrualDefaults, defaultFiles: [ConfigurationLoader.workingFile],
        action: .run { _, configuration, source in Serve.runAccrualSystem(configuration, source) })

    /// The built-in accrual system alone has an address and a database of its own, so that it can run beside a server.
    private static var accrualDefaults: Configuration {
        var defaults = Configuration()
        defaults.runAddress = defaults.accrual.listen.address
        defaults.database = DatabaseLocation(path: "martlet-accrual.db")
        return defaults
    }
}
