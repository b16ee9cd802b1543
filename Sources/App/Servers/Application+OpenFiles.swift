import Configuration
import Loyalty
import Posix

/// How many files and sockets may be open at once.
extension Application {
    /// Files and sockets of a server with few workers that nobody is connected to.
    private static let ownOpenFiles = 32

    /// Raises the limit of open files, and returns the configuration with as many connections as fit, less than half of a small
    /// limit: if they were more, one client's connections could take the last descriptors, no rule would say whose are closed,
    /// and the database and the owner's commands would find none.
    static func withConnectionsThatFit(_ configuration: Configuration, _ log: Log) -> Configuration {
        let wanted = openFilesWanted(configuration)
        let limit = ProcessSetup.raiseOpenFilesLimit(to: wanted)
        guard limit < wanted else { return configuration }
        var configuration = configuration
        let others = wanted - configuration.http.connectionsMax
        configuration.http.connectionsMax = min(
            configuration.http.connectionsMax, max(1, limit / 2 - ownOpenFiles, limit - others))
        log.warning(
            "only \(limit) files may be open at once, so that \(configuration.http.connectionsMax) connections are served "
                + "and not http.connections_max (ulimit -n, or LimitNOFILE= of systemd)")
        return configuration
    }

    /// Besides connections: the database, listeners, event loops, the accrual system's connections.
    static func openFilesWanted(_ configuration: Configuration) -> Int {
        configuration.http.connectionsMax + BuiltInAccruals.connectionsMax + AdminServer.connectionsMax
            + 4 * configuration.dispatcher.workers + 256
    }
}
