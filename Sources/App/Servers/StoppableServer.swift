import CommandLine
import Configuration
import Posix
import Storage

/// A server that was started.
protocol StoppableServer: Sendable {
    var endpoints: [Endpoint] { get }
    /// The parts that have to work for the server to serve.
    var parts: [ServerPart] { get }
    /// The number of open connections, idle ones included.
    var connectionCount: Int { get }

    /// Applies the settings that can change while the server runs.
    func apply(_ configuration: Configuration)

    func stop()

    /// The exit status of the process after the stop.
    var exitStatus: Int32 { get }
}

extension Storage {
    /// The exit status of a server on this store. The content of files that were removed, replaced or changed may be
    /// lost with this process, so the process must not end with status 0 then.
    var exitStatus: Int32 { hasFileFault ? ExitStatus.inputOutput : ExitStatus.success }
}
