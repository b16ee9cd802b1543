import Configuration
import Loyalty
import Posix

/// The number of files and sockets that a server has open at the same time.
enum OpenFiles {
    /// The files and sockets of a server with few workers and without connections.
    private static let ownOpenFiles = 32

    /// Raises the limit of open files, and returns the configuration with as many connections as fit. They are less
    /// than half of a small limit. With more, the connections of one client could take the last descriptors: no rule
    /// would choose the connections to close, and the database and the owner's commands would find no descriptor.
    static func withConnectionsThatFit(_ configuration: Configuration, _ log: Log) -> Configuration {
        let wanted = Self.wanted(configuration)
        let limit = ProcessSetup.raiseOpenFilesLimit(to: wanted)
        guard limit < wanted else { return configuration }
        var configuration = configuration
        let others = wanted - configuration.front.connectionsMax
        configuration.front.connectionsMax = min(
            configuration.front.connectionsMax, max(1, limit / 2 - ownOpenFiles, limit - others))
        log.warning(
            "only \(limit) files may be open at once, so \(configuration.front.connectionsMax) connections are served "
                + "instead of http.connections_max (ulimit -n, or LimitNOFILE= of systemd)")
        return configuration
    }

    /// The number for connections, the database, listeners, event loops and the connections to the accrual system.
    static func wanted(_ configuration: Configuration) -> Int {
        configuration.front.connectionsMax + BuiltInAccruals.connectionsMax + AdminServer.connectionsMax
            + StaffServer.connectionsMax + 4 * configuration.pipeline.workers + 256
    }
}
