import CommandLine
import Configuration
import Loyalty
import Owner
import Posix
import PostgresStore
import SQLiteStore
import Storage

/// The engines that can keep a store. No other type knows all of them.
enum DatabaseEngine {
    /// Opens the database of a configuration for a server.
    static func open(_ configuration: Configuration, _ log: Log) throws(StartError) -> any Storage {
        try check(configuration)
        do throws(StoreError) {
            switch configuration.database {
            case .file(let path): return try openFile(path, configuration, log)
            case .server(let address):
                return try PostgresStore(
                    address: address.text, limits: configuration.storage, clock: SystemClock.wallClock, log: log)
            }
        } catch {
            throw StartError(
                description: "database_uri: \(error)",
                status: error.isAddressFault ? ExitStatus.configuration : ExitStatus.unavailable)
        }
    }

    /// Refuses settings that have no effect on this engine.
    static func check(_ configuration: Configuration) throws(StartError) {
        guard case .server = configuration.database, configuration.backups.folder != nil else { return }
        throw StartError(
            description: "backups.folder: \(PostgresStore.backupRefusal) Remove backups.folder.",
            status: ExitStatus.configuration)
    }

    private static func openFile(
        _ path: String, _ configuration: Configuration, _ log: Log
    ) throws(StoreError) -> any Storage {
        var limits = Writer.Limits()
        limits.storage = configuration.storage
        // Files that root's server makes beside the database belong to the owner of the database. The writer's thread
        // inherits that.
        let account = try DatabaseAccount.of(database: path, caller: Caller.current.id)
        let store = try FileAccount.acting(for: account) { () throws(StoreError) in
            try LoyaltyStore(path: path, limits: limits, clock: SystemClock.wallClock, log: log) {
                // After an I/O error, nothing that is still in memory can be trusted to reach the disk. Acknowledged
                // writes are on it.
                log.flush()
                ProcessSetup.exitAtOnce(status: ExitStatus.inputOutput)
            }
        }
        if store.isNew { noteNew(store.path, configuration, log) }
        return store
    }

    /// Logs that a database was made, and warns if there are backups: a database that was lost, or whose path is
    /// mistyped, would otherwise look like a new shop.
    private static func noteNew(_ path: String, _ configuration: Configuration, _ log: Log) {
        let made = "a new database was made at \(path)"
        guard let backup = configuration.backupPlan?.newestFile ?? formerDatabase(beside: path) else {
            return log.info(made)
        }
        log.warning(
            "\(made) although there are backups, such as \(backup): is the path right? While the server is stopped, martlet "
                + "restore FILE puts a backup in its place")
    }

    /// The newest database that a restore or an upgrade kept beside the one of a path.
    private static func formerDatabase(beside path: String) -> String? {
        let folder = File.folder(of: path)
        let name = path.split(separator: "/").last.map { String($0) } ?? ""
        let names = (try? FolderListing.names(in: folder)) ?? []
        return FormerDatabase.newest(of: name, among: names).map { "\(folder)/\($0)" }
    }

    /// The store of a configuration for the owner's commands.
    static func idleStore(of configuration: Configuration) -> any IdleStore {
        switch configuration.database {
        case .file(let path): SQLiteIdleStore(path: path)
        case .server(let address):
            PostgresIdleStore(address: address.text, limits: configuration.storage) {
                (address, now, cancellation) throws(StoreError) in
                try ServerImport(address: address, at: now, until: cancellation)
            }
        }
    }

    /// The identity of a database, by which a health check recognizes the server that has it open.
    static func identity(of database: DatabaseLocation) -> Result<String, StoreError> {
        switch database {
        case .file(let path):
            guard let identity = FileIdentity.lastingText(path: path) else {
                return .failure(StoreError("\(path) is missing, or this account may not look at it"))
            }
            return .success(identity)
        case .server(let address):
            do throws(StoreError) {
                return .success(try PostgresStore.identity(of: address.text))
            } catch {
                return .failure(error)
            }
        }
    }
}
