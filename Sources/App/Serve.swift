import Loyalty
import Posix

/// `martlet serve`, and other servers: from the start to the signal that ends it.
enum Serve {
    static func run(_ configuration: Configuration) -> Int32 {
        let log = ConsoleLog.make(level: configuration.logLevel)
        let source = configuration.accrualSystem.map { AccrualSource.system($0) } ?? .builtIn
        return run(log: log) { () throws(Application.StartError) in
            try Application(configuration, accrual: source, log: log)
        }
    }

    /// `martlet accrual`
    static func runAccrualSystem(_ configuration: Configuration) -> Int32 {
        let log = ConsoleLog.make(level: configuration.logLevel)
        return run(log: log) { () throws(Application.StartError) in try AccrualServer(configuration, log: log) }
    }

    /// Serves until a signal; `didStart` is called once the server listens.
    static func run(
        log: Log, _ start: () throws(Application.StartError) -> any StoppableServer,
        didStart: (_ endpoints: [Endpoint]) -> Void = { _ in }
    ) -> Int32 {
        ProcessSetup.ignoreBrokenPipes()
        // Before any thread starts: each inherits that it leaves the signals to this one.
        StopSignal.block()
        let server: any StoppableServer
        do throws(Application.StartError) {
            server = try start()
        } catch {
            StandardStream.error.write("martlet: \(error)\n")
            return error.status
        }
        for endpoint in server.endpoints { log.info("listening on http://\(endpoint)") }
        didStart(server.endpoints)
        log.info("\(StopSignal.wait()): stopping; another signal ends it at once")
        server.stop()
        log.info("stopped")
        return ExitStatus.success
    }
}
