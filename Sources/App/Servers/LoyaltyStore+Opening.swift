import CommandLine
import Configuration
import Loyalty
import Owner
import Posix
import SQLiteStore
import Storage

extension LoyaltyStore {
    /// Opens the database of a configuration.
    static func open(_ configuration: Configuration, _ log: Log) throws(StartError) -> any Storage {
        var limits = Writer.Limits()
        limits.storage = configuration.storage
        do throws(StoreError) {
            let path = configuration.database.path
            // Files that root's server makes beside the database belong to the owner of the database. The writer's
            // thread inherits that.
            let account = try DatabaseAccount.of(database: path, caller: Caller.current.id)
            return try FileAccount.acting(for: account) { () throws(StoreError) in
                try LoyaltyStore(path: path, limits: limits, clock: SystemClock.wallClock, log: log) {
                    // After an I/O error, nothing that is still in memory can be trusted to reach the disk.
                    // Acknowledged writes are on it.
                    log.flush()
                    ProcessSetup.exitAtOnce(status: ExitStatus.inputOutput)
                }
            }
        } catch {
            throw StartError(description: "database_uri: \(error)", status: ExitStatus.unavailable)
        }
    }
}
