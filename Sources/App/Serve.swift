import Loyalty
import Posix

/// `martlet serve`, and other servers: from the start to the signal that ends it.
enum Serve {
    static func run(_ configuration: Configuration) -> Int32 {
        let log = ConsoleLog.make(level: configuration.logLevel)
        let source = configuration.accrualSystem.map { AccrualSource.system($0) } ?? .builtIn
        return run(log: log) { manager throws(Application.StartError) in
            try Application(configuration, accrual: source, manager, log: log)
        }
    }

    /// `martlet accrual`
    static func runAccrualSystem(_ configuration: Configuration) -> Int32 {
        let log = ConsoleLog.make(level: configuration.logLevel)
        return run(log: log) { manager throws(Application.StartError) in
            try AccrualServer(configuration, manager, log: log)
        }
    }

    /// Serves until a signal; `didStart` is called once the server listens.
    static func run(
        log: Log, _ start: (ServiceManager) throws(Application.StartError) -> any StoppableServer,
        didStart: (_ endpoints: [Endpoint]) -> Void = { _ in }
    ) -> Int32 {
        ProcessSetup.ignoreBrokenPipes()
        // Before any thread starts: each inherits that it leaves the signals to this one.
        StopSignal.block()
        let server: any StoppableServer
        let manager: ServiceManager
        do throws(Application.StartError) {
            manager = try ServiceManager(environment: ProcessSetup.environment, log: log)
            server = try start(manager)
        } catch {
            StandardStream.error.write("martlet: \(error)\n")
            return error.status
        }
        for endpoint in server.endpoints { log.info("listening on http://\(endpoint)") }
        didStart(server.endpoints)
        manager.noteUnused()
        manager.tell(.ready(status: "serving on \(server.endpoints.map(\.description).joined(separator: ", "))"))
        let watchdog = manager.watchdogMilliseconds.map { milliseconds in
            Watchdog(intervalMilliseconds: milliseconds, parts: server.parts, manager: manager, log: log)
        }
        let signal = StopSignal.wait()
        log.info("\(signal): stopping; another signal ends it at once")
        manager.tell(.stopping(status: "finishing the requests of \(server.connectionCount) connections"))
        watchdog?.stop()
        server.stop()
        log.info("stopped")
        return ExitStatus.success
    }
}
