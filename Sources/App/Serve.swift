import Loyalty
import Posix

/// `martlet serve`: from the start to the signal that ends it.
enum Serve {
    static func run(_ configuration: Configuration) -> Int32 {
        let log = ConsoleLog.make(level: configuration.logLevel)
        guard let address = configuration.accrualSystem else {
            log.warning("accrual_system_address is not set: orders stay NEW until the server is started with one")
            return run(configuration, accrual: .none, log: log) { _ in }
        }
        return run(configuration, accrual: .system(address), log: log) { _ in }
    }

    /// Serves until a signal; `didStart` is called once the server listens.
    static func run(
        _ configuration: Configuration, accrual: AccrualSource, log: Log, didStart: (_ endpoints: [Endpoint]) -> Void
    ) -> Int32 {
        ProcessSetup.ignoreBrokenPipes()
        // Before any thread starts: each inherits that it leaves the signals to this one.
        StopSignal.block()
        let application: Application
        do throws(Application.StartError) {
            application = try Application(configuration, accrual: accrual, log: log)
        } catch {
            StandardStream.error.write("martlet: \(error)\n")
            return error.status
        }
        for endpoint in application.endpoints { log.info("listening on http://\(endpoint)") }
        didStart(application.endpoints)
        log.info("\(StopSignal.wait()): stopping; another signal ends it at once")
        application.stop()
        log.info("stopped")
        return ExitStatus.success
    }
}
