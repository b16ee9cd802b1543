import CommandLine
import Front
import HTTP
import Posix

extension Front {
    /// Starts the event loops of a listener. If one of them fails later, the process logs the error and exits: without
    /// the loop, some connections would not be served any more.
    ///
    /// - Parameters:
    ///   - use: what the listener serves, for the log.
    ///   - makeHandler: makes the handler of a loop, on the thread of the loop.
    static func serving(
        _ use: String, _ configuration: FrontConfiguration, _ listeners: [Listener], _ log: Log,
        makeHandler: @escaping @Sendable () throws -> any RequestHandler
    ) throws(StartError) -> Front {
        do {
            return try Front(configuration: configuration, listeners: listeners) { _ in
                try makeHandler()
            } onFailure: { error in
                log.error("an event loop of \(use) failed: \(error)")
                log.flush()
                ProcessSetup.exitAtOnce(status: ExitStatus.software)
            }
        } catch {
            throw StartError(description: "\(error)", status: ExitStatus.unavailable)
        }
    }
}
